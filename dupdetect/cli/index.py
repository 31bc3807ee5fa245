"""``dupdetect index``: the persistent index of known documents."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from dataclasses import replace
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from dupdetect.cli.messages import Skips, say
from dupdetect.cli.options import Settings, fetching_options, reading_options
from dupdetect.cli.serve import command as serve_stdin
from dupdetect.cli.terminal import Terminal, plain, safe_json
from dupdetect.errors import IndexError_
from dupdetect.records import Document

if TYPE_CHECKING:
    from dupdetect.detector import Index

#: Documents added in one batch.
BATCH = 256

_path = click.argument("path", metavar="PATH")
_json = click.option(
    "--json/--no-json",
    "as_json",
    default=None,
    help="JSON (the default when stdout is no terminal), or a table.",
)


@click.group()
def command() -> None:
    """The persistent index of known documents.

    PATH is a folder (embedded store) or redis://...
    """


command.add_command(serve_stdin)


@command.command()
@_path
@click.option(
    "--keep-text/--no-keep-text",
    default=True,
    help="Keep the documents' texts, for a quarter more bytes, so that matches have passages. "
    "Scores are the same without.",
)
@reading_options
def create(path: str, keep_text: bool, settings: Settings) -> None:
    """Create an empty index; --config decides how its documents are sketched."""
    if _taken(path):
        raise click.UsageError(f"{path}: exists and is not empty")
    with _open(path, settings, create=True, keep_text=None if keep_text else False):
        say(f"{path}: created")


@command.command()
@_path
@click.argument("sources", metavar="SOURCE...", nargs=-1, required=True)
@reading_options
@fetching_options
def add(path: str, sources: tuple[str, ...], settings: Settings) -> None:
    """Add the documents of SOURCE; the index is created if absent."""
    from dupdetect.cli.sources import documents

    skips, added = _skips(), 0
    with _open(path, settings, create=True) as index:
        stream = documents(sources, config=settings.config, on_skip=skips)
        for batch in _batches(stream):
            index.add_many(batch)
            added += len(batch)
        total = len(index)
    skips.finish()
    say(f"{path}: {added} documents added, {total} in all")
    sys.exit(1 if skips.failed else 0)


@command.command()
@_path
@click.argument("sources", metavar="SOURCE...", nargs=-1, required=True)
@_json
@reading_options
@fetching_options
def query(path: str, sources: tuple[str, ...], as_json: bool | None, settings: Settings) -> None:
    """List the known documents that each document of SOURCE is related to."""
    from dupdetect.cli.showing import show_matches
    from dupdetect.cli.sources import documents

    skips, terminal = _skips(), Terminal()
    with _open(path, settings, readonly=True) as index:
        for document in documents(sources, config=settings.config, on_skip=skips):
            matches = index.query(document)
            if _wants_json(as_json):
                found = [match.to_dict() for match in matches]
                _print_json({"id": document.id, "url": document.url, "matches": found})
            else:
                terminal.line(document.title or document.id)
                show_matches(terminal, matches, own=document.id)
                if not matches:
                    terminal.line("no known document", indent=4)
    skips.finish()
    sys.exit(1 if skips.failed else 0)


@command.command()
@_path
@click.argument("ids", metavar="ID...", nargs=-1, required=True)
def remove(path: str, ids: tuple[str, ...]) -> None:
    """Remove the documents with these ids."""
    missing = []
    with _open(path, None) as index:
        for identifier in ids:
            if identifier in index:
                index.remove(identifier)
            else:
                missing.append(identifier)
    for identifier in missing:
        say(f"{path}: holds no document {identifier}")
    say(f"{path}: {len(ids) - len(missing)} documents removed")
    sys.exit(1 if missing else 0)


@command.command()
@_path
@_json
def info(path: str, as_json: bool | None) -> None:
    """Say how many documents an index holds and how it was built."""
    with _open(path, None, readonly=True) as index:
        values = index.info()
    if _wants_json(as_json):
        _print_json(values)
    else:
        Terminal().table([(name, _flat(value)) for name, value in values.items()], indent=0)


@command.command()
@_path
def verify(path: str) -> None:
    """Check that an index is whole; problems are listed and the exit code is 1."""
    with _open(path, None, readonly=True) as index:
        problems = index.verify()
    for problem in problems:
        click.echo(plain(problem))
    say(f"{path}: {len(problems)} problems" if problems else f"{path}: no problems")
    sys.exit(1 if problems else 0)


@command.command()
@_path
def compact(path: str) -> None:
    """Give back the room of removed and replaced documents."""
    with _open(path, None) as index:
        before = index.info()["bytes"]
        index.compact()
        after = index.info()["bytes"]
    say(f"{path}: {before:,} bytes before, {after:,} bytes now")


@command.command()
@_path
@click.argument("others", metavar="OTHER...", nargs=-1, required=True)
def merge(path: str, others: tuple[str, ...]) -> None:
    """Add the documents of OTHER indexes, built with the same settings, to the one at PATH.

    Documents of the same id are replaced. PATH is created if absent.
    """
    from dupdetect.detector import Index

    if path in others:
        raise click.UsageError(f"{path}: an index is not merged into itself")
    for other in others:
        with Index.open(other, create=False, readonly=True) as source:
            config = source.config
            with Index.open(path, config=config) as index:
                added = index.merge(source)
                total = len(index)
        say(f"{path}: {added} documents of {other} added, {total} in all")


@command.command("import")
@_path
@click.argument("scan", metavar="SCAN_FOLDER", type=click.Path(path_type=Path))
@click.option(
    "--config",
    "config_file",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="TOML file with settings of a new index; without it they are those of the scan.",
)
def import_scan(path: str, scan: Path, config_file: Path | None) -> None:
    """Add the documents of a scan: its inputs are read again, as the scan has read them.

    They must still be where they were (relative paths hold from the current folder) and as they
    were. The index is created if absent. Documents that the scan skipped are skipped.
    """
    from dupdetect.config import Config
    from dupdetect.detector import Index
    from dupdetect.engines.selecting import chosen, inputs_of
    from dupdetect.extract import extract_all

    run, wanted = _scanned(scan)
    files, config = inputs_of(run, scan)
    repeated, skips, added = bool(run.get("counts", {}).get("duplicate_id")), _skips(), 0
    own = Config.load(config_file) if config_file else None if _taken(path) else config
    with Index.open(path, config=own) as index:
        found = chosen(
            files, config=config, keep=wanted, repeated=repeated, on_skip=lambda skip: None
        )
        items = (replace(record.item, id=record.id) for record in found)
        extract = replace(config.extract, extractor=index.config.extract.extractor)
        for batch in _batches(extract_all(items, config=extract, on_skip=skips)):
            index.add_many(batch)
            added += len(batch)
    skips.finish()
    say(f"{path}: {added} of {len(wanted)} documents of {scan} added")
    sys.exit(0 if added == len(wanted) else 1)


def _scanned(scan: Path) -> tuple[dict[str, Any], set[str]]:
    """What a scan says of itself, and the ids of its documents."""
    import pyarrow.parquet as pq

    try:
        run = json.loads((scan / "run.json").read_text(encoding="utf-8"))
        ids = pq.read_table(scan / "documents.parquet", columns=["id"])["id"].to_pylist()
        return dict(run), set(ids)
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise click.UsageError(f"{scan}: not the folder of a finished scan: {error}") from None


@command.command()
@_path
@click.argument("folder", metavar="FOLDER")
def export(path: str, folder: str) -> None:
    """Write FOLDER/documents.parquet, as a scan does, without scores."""
    with _open(path, None, readonly=True) as index:
        say(f"{folder}: {index.export(folder)} documents written")


def _open(
    path: str, settings: Settings | None, *, create: bool = False, readonly: bool = False,
    keep_text: bool | None = None,
) -> Index:  # fmt: skip
    from dupdetect.detector import Index

    return Index.open(
        path, config=settings.own if settings else None, create=create, readonly=readonly,
        keep_text=keep_text,
    )  # fmt: skip


def _taken(path: str) -> bool:
    """Whether something lies at the place of a new index."""
    if "://" not in path:
        return Path(path).is_dir() and any(Path(path).iterdir())
    try:
        with _open(path, None, readonly=True):
            return True
    except IndexError_:  # none, or something that opening it to write says more about
        return False


def _skips() -> Skips:
    from dupdetect.readers import BENIGN

    return Skips(BENIGN)


def _batches(stream: Iterator[Document]) -> Iterator[list[Document]]:
    while batch := list(islice(stream, BATCH)):
        yield batch


def _wants_json(as_json: bool | None) -> bool:
    return not sys.stdout.isatty() if as_json is None else as_json


def _print_json(value: object) -> None:
    click.echo(safe_json(json.dumps(value, ensure_ascii=False, default=str)))


def _flat(value: object) -> str:
    return (
        json.dumps(value, ensure_ascii=False, default=str)
        if isinstance(value, dict)
        else str(value)
    )
