"""``dupdetect score``: scores, findings and, with an index, known matches of each document."""

from __future__ import annotations

import json
import sys
from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING

import click

from dupdetect.cli.messages import Skips
from dupdetect.cli.options import Settings, fetching_options, quality_options, reading_options
from dupdetect.cli.own import tell
from dupdetect.cli.terminal import Terminal, safe_json
from dupdetect.records import Verdict

if TYPE_CHECKING:
    from dupdetect.detector import Index

#: Verdicts kept for the page of ``--html``; the page itself has a size limit too.
MAX_PAGE = 200


@click.command()
@click.argument("sources", metavar="SOURCE...", nargs=-1, required=True)
@click.option(
    "--json/--no-json",
    "as_json",
    default=None,
    help="One JSON object per line (the default when stdout is no terminal), or a table.",
)
@click.option("--index", "index_path", metavar="PATH", help="Add the known documents it matches.")
@click.option(
    "--html", "html_file", type=click.Path(dir_okay=False, path_type=Path), help="Write a page too."
)
@click.option(
    "--fail-over", type=click.FloatRange(0.0, 1.0), metavar="P", help="Exit 3 if a score reaches P."
)
@click.option("--explain", is_flag=True, help="Show what the combined score is made of.")
@reading_options
@quality_options
@fetching_options
def command(
    sources: tuple[str, ...],
    as_json: bool | None,
    index_path: str | None,
    html_file: Path | None,
    fail_over: float | None,
    explain: bool,
    settings: Settings,
) -> None:
    """Score each document of SOURCE: a URL, a file, or - for standard input.

    Files: .html .txt .jsonl .csv .parquet .warc .wet, also .gz and .zst. Scores are probabilities;
    findings quote what they are based on.
    """
    from dupdetect.cli.showing import show_verdict
    from dupdetect.cli.sources import documents
    from dupdetect.detector import Detector
    from dupdetect.readers import BENIGN

    skips = Skips(BENIGN)
    terminal = Terminal()
    as_json = not sys.stdout.isatty() if as_json is None else as_json
    kept: list[Verdict] = []
    total, worst = 0, 0.0
    with ExitStack() as stack:
        index = stack.enter_context(_open(index_path, settings)) if index_path else None
        detector = Detector(index=index, config=settings.config)
        if explain:
            tell(detector.config)
        for document in documents(sources, config=settings.config, on_skip=skips):
            verdict = detector.score(document)
            total += 1
            worst = max(worst, *verdict.scores.to_dict().values())
            if as_json:
                click.echo(to_json(verdict, explain=explain))
            else:
                show_verdict(terminal, verdict, explain=explain)
            if html_file is not None and len(kept) < MAX_PAGE:
                kept.append(verdict)
    skips.finish()
    if html_file is not None:
        from dupdetect.report import render_scores

        render_scores(kept, html_file, total=total)
    if fail_over is not None and total and worst >= fail_over:
        sys.exit(3)
    sys.exit(1 if skips.failed else 0)


def to_json(verdict: Verdict, *, explain: bool = False) -> str:
    """One line of JSON Lines, as INTERFACE has it; ``explain`` adds ``parts``."""
    record = verdict.to_dict()
    if explain:
        record["parts"] = {name: round(value, 4) for name, value in verdict.parts.items()}
    return safe_json(json.dumps(record, ensure_ascii=False))


def _open(path: str, settings: Settings) -> Index:
    from dupdetect.detector import Index

    return Index.open(path, config=settings.own, create=False, readonly=True)
