"""``dupdetect train``: one of the scores fitted again, on labelled data of the user."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

import click

from dupdetect.cli.messages import say
from dupdetect.cli.terminal import Terminal, safe_json

SCORES = ("boilerplate", "machine_translation", "seo_link")


@click.command()
@click.argument("score", metavar="SCORE", type=click.Choice(SCORES))
@click.argument("sources", metavar="FILE...", nargs=-1, required=True,
                type=click.Path(exists=True, dir_okay=False, path_type=Path))  # fmt: skip
@click.option(
    "-o", "--output", required=True, metavar="MODEL",
    type=click.Path(dir_okay=False, path_type=Path),
    help="Model file (.npz); its card lies beside it as .card.json.",
)  # fmt: skip
@click.option(
    "--group", metavar="NAME",
    help="Column whose rows are kept together in cross-validation: site, family, source.",
)  # fmt: skip
@click.option(
    "--folds", type=click.IntRange(2, 20), default=5, show_default=True,
    help="Parts of the data that are held out in turn.",
)  # fmt: skip
@click.option(
    "--json/--no-json", "as_json", default=None,
    help="The card as JSON (the default when stdout is no terminal), or a table.",
)  # fmt: skip
def command(
    score: str,
    sources: tuple[Path, ...],
    output: Path,
    group: str | None,
    folds: int,
    as_json: bool | None,
) -> None:
    """Train SCORE on labelled FILEs (.jsonl or .parquet); use it with --model MODEL.

    \b
    boilerplate           a row per line: doc, text, label (content, boilerplate or unsure)
    seo_link              a row per article: text, inserted (sentence, list of them, or null)
    machine_translation   a row per text: text, label (machine or human), language

    docs/rules.md has all columns and what the card tells.
    """
    from dupdetect.training.retrain import card_path, train

    card = train(score, sources, out=output, group=group, folds=folds)
    as_json = not sys.stdout.isatty() if as_json is None else as_json
    if as_json:
        click.echo(safe_json(json.dumps(card, ensure_ascii=False)))
    else:
        Terminal().table(list(_lines(card)), indent=0)
    say(f"wrote {output} and {card_path(output)}")


def _lines(card: dict[str, Any], prefix: str = "") -> list[tuple[str, str]]:
    """The card as names and values, one a line; bins of calibration are left to the JSON."""
    rows: list[tuple[str, str]] = []
    for name, value in card.items():
        label = f"{prefix}{name.replace('_', ' ')}"
        if isinstance(value, dict):
            rows += _lines(value, f"{label} · ")
        elif name not in ("bins", "files"):
            shown = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
            rows.append((label, shown))
    return rows
