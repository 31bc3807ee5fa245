"""``dupdetect filter``: the corpus of a scan without its copies or its worst documents."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import click

from dupdetect.cli.messages import Skips, say

SCORES = ("content_farm", "boilerplate", "machine_translation", "seo_link")


def _threshold_options(function: Callable[..., Any]) -> Callable[..., Any]:
    for name in reversed(SCORES):
        label = name.replace("_", "-")
        function = click.option(
            f"--max-{label}",
            name,
            type=click.FloatRange(0.0, 1.0),
            metavar="P",
            help=f"Leave out documents with a higher {label} score.",
        )(function)
    return function


@click.command()
@click.argument(
    "directory", metavar="DIR", type=click.Path(exists=True, file_okay=False, path_type=Path)
)
@click.option(
    "-o",
    "--output",
    required=True,
    type=click.Path(path_type=Path),
    help="The corpus: a file (.jsonl .csv .parquet .warc .wet, also .gz and .zst) or a folder.",
)
@click.option("--all-members", is_flag=True, help="Keep copies, not only representatives.")
@click.option("--table", is_flag=True, help="Write ids, scores and texts, whatever the input is.")
@_threshold_options
def command(
    directory: Path, output: Path, all_members: bool, table: bool, **limits: float | None
) -> None:
    """Write the corpus of the scan in DIR with one document for each cluster.

    A file of the inputs' own format gets their records as they stand: lines, rows with all columns,
    archive records. A folder (a name without a suffix) gets each input under its own name, whatever
    its format. Else, and with --table, .jsonl and .parquet get a table of ids, scores and texts.

    The inputs are read again, so they must still be where they were (relative paths hold from the
    current folder) and as they were. Scores above a --max-... option leave a document out.
    """
    from dupdetect.cli.corpus import kept_rows
    from dupdetect.engines.selecting import chosen, inputs_of
    from dupdetect.readers import BENIGN
    from dupdetect.report.tables import ScanTables

    tables = ScanTables(directory)
    run = tables.run()
    thresholds = {name: value for name, value in limits.items() if value is not None}
    kept = kept_rows(tables, thresholds, all_members=all_members)
    files, config = inputs_of(run, directory)
    skips = Skips(BENIGN)
    repeated = bool(run.get("counts", {}).get("duplicate_id"))
    found = chosen(files, config=config, keep=kept, repeated=repeated, on_skip=_quietly)
    if not table and _same_format(files, output):
        missing = set(kept) - _copied(files, found, output)
    else:
        missing = set(kept) - _tabulated(found, output, tables, kept, config, skips)
    skips.finish()
    say(f"{output}: {len(kept) - len(missing)} of {tables.n_rows('documents')} documents kept")
    if missing:
        say(f"{len(missing)} documents were not found again in the inputs, {min(missing)} first")
    sys.exit(1 if missing or skips.failed else 0)


def _quietly(skip: Any) -> None:
    """The scan has told what it could not read."""


def _same_format(files: Sequence[Any], output: Path) -> bool:
    """Whether records can be copied: into a folder, or a file of the format of all inputs."""
    from dupdetect.readers.sources import split_suffixes

    if output.is_dir() or not output.suffix:
        return True
    kind = split_suffixes(output.name)[1]
    return kind not in ("", "txt", "html") and {file.format for file in files} == {kind}


def _copied(files: Sequence[Any], found: Iterator[Any], output: Path) -> set[str]:
    """Copies the records; the ids that were found."""
    from dupdetect.engines.copying import copy_into_file, copy_into_folder

    places: list[set[int]] = [set() for _ in files]
    ids = set()
    for record in found:
        places[record.file].add(record.place)
        ids.add(record.id)
    if output.is_dir() or not output.suffix:
        copy_into_folder(files, places, output)
    else:
        copy_into_file(files, places, output)
    return ids


def _tabulated(
    found: Iterator[Any], output: Path, tables: Any, kept: dict[str, int], config: Any, skips: Skips
) -> set[str]:
    """Writes rows of ids, scores and texts; the ids that were found."""
    from dupdetect.cli.corpus import CORPUS, CorpusWriter
    from dupdetect.cli.tablefile import TableFile
    from dupdetect.extract import extract_all

    ids = set()
    with TableFile(output, CORPUS) as file:
        writer = CorpusWriter(file, tables)
        items = (replace(record.item, id=record.id) for record in found)
        for document in extract_all(items, config=config.extract, on_skip=skips):
            if document.id not in ids:
                ids.add(document.id)
                writer.write(document, kept[document.id])
        writer.flush()
    return ids
