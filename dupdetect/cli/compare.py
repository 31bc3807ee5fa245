"""``dupdetect compare``: how two documents, or each pair of a file, are related."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import click

from dupdetect.cli.messages import Skips
from dupdetect.cli.options import Settings, fetching_options, reading_options
from dupdetect.cli.terminal import Terminal, safe_json


@click.command()
@click.argument("a", required=False)
@click.argument("b", required=False)
@click.option(
    "--pairs",
    "pairs_file",
    type=click.Path(path_type=Path),
    help="Compare many pairs: a .parquet or .jsonl file with columns id, a, b (texts).",
)
@click.option(
    "-o",
    "--output",
    type=click.Path(dir_okay=False, path_type=Path),
    help="With --pairs: the results (.parquet or .jsonl).",
)
@click.option(
    "--html",
    "html_file",
    type=click.Path(dir_okay=False, path_type=Path),
    help="Write the two side by side.",
)
@click.option(
    "--json/--no-json",
    "as_json",
    default=None,
    help="JSON (the default when stdout is no terminal), or a table.",
)
@reading_options
@fetching_options
def command(
    a: str | None,
    b: str | None,
    pairs_file: Path | None,
    output: Path | None,
    html_file: Path | None,
    as_json: bool | None,
    settings: Settings,
) -> None:
    """Compare the documents A and B (files, URLs, or - for one from standard input).

    With --pairs, compare every pair of texts of a file and write id, kind, score and the measures
    of each match to the output file.
    """
    if pairs_file is not None:
        if a is not None or html_file is not None or as_json:
            raise click.UsageError("--pairs goes with -o alone, without A, B, --html or --json")
        if output is None:
            raise click.UsageError("--pairs needs -o OUT")
        _pairs(pairs_file, output, settings)
        return
    if a is None or b is None:
        raise click.UsageError("give two documents A and B, or --pairs FILE -o OUT")
    if output is not None:
        raise click.UsageError("-o goes with --pairs; for two documents use --html or stdout")
    if a == b == "-":
        raise click.UsageError("only one of A and B can be standard input")
    _two(a, b, html_file, as_json, settings)


def _two(a: str, b: str, html_file: Path | None, as_json: bool | None, settings: Settings) -> None:
    from dupdetect.cli.showing import show_match
    from dupdetect.cli.sources import single
    from dupdetect.detector import compare

    first = single(a, config=settings.config)
    second = single(b, config=settings.config)
    match = compare(first, second, config=settings.config)
    if html_file is not None:
        from dupdetect.report import render_comparison

        render_comparison(match, first, second, html_file)
    if as_json or (as_json is None and not sys.stdout.isatty()):
        click.echo(safe_json(json.dumps(match.to_dict(), ensure_ascii=False)))
    else:
        show_match(Terminal(), match, first, second)


def _pairs(pairs_file: Path, output: Path, settings: Settings) -> None:
    from dupdetect.cli.pairs import read_pairs
    from dupdetect.cli.tablefile import TableFile
    from dupdetect.detector import compare_pairs
    from dupdetect.schemas import PAIR_RESULTS

    skips = Skips()
    with TableFile(output, PAIR_RESULTS) as writer:
        for batch in read_pairs(pairs_file, on_skip=skips):
            writer.write(
                compare_pairs(batch.ids, batch.texts_a, batch.texts_b, config=settings.config)
            )
    skips.finish()
    click.echo(f"{writer.rows} pairs compared", err=True)
    sys.exit(1 if skips.failed else 0)
