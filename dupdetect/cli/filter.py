"""``dupdetect filter``: the corpus of a scan without its copies or its worst documents."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
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
    type=click.Path(dir_okay=False, path_type=Path),
    help="The corpus: .jsonl (also .gz, .zst) or .parquet.",
)
@click.option("--all-members", is_flag=True, help="Keep copies, not only representatives.")
@_threshold_options
def command(directory: Path, output: Path, all_members: bool, **limits: float | None) -> None:
    """Write the corpus of the scan in DIR with one document for each cluster.

    The texts are read again from the scan's inputs, which must still be where they were (relative
    paths hold from the current folder). Scores above a --max-... option leave a document out.
    """
    from dupdetect.cli.corpus import CORPUS, CorpusWriter, kept_rows
    from dupdetect.cli.sources import documents
    from dupdetect.cli.tablefile import TableFile
    from dupdetect.config import Config
    from dupdetect.readers import BENIGN
    from dupdetect.report.tables import ScanTables

    tables = ScanTables(directory)
    run = tables.run()
    thresholds = {name: value for name, value in limits.items() if value is not None}
    kept = kept_rows(tables, thresholds, all_members=all_members)
    wanted = len(kept)
    skips = Skips(BENIGN)
    inputs = [str(path) for path in run.get("inputs", [])]
    config = Config.from_dict(run.get("config", {}))
    with TableFile(output, CORPUS) as file:
        writer = CorpusWriter(file, tables)
        for document in _first_of_each(documents(inputs, config=config, on_skip=skips), kept):
            writer.write(document, kept.pop(document.id))
        writer.flush()
    skips.finish()
    say(f"{output}: {wanted - len(kept)} of {tables.n_rows('documents')} documents kept")
    if kept:
        first = next(iter(kept))
        say(f"{len(kept)} documents were not found again in the inputs, {first} first")
    sys.exit(1 if kept or skips.failed else 0)


def _first_of_each(stream: Iterator[Any], kept: dict[str, Any]) -> Iterator[Any]:
    """Documents that are still wanted; stops reading when none is."""
    for document in stream:
        if document.id in kept:
            yield document
        if not kept:
            return
