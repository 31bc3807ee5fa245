"""``dupdetect copies``: near-duplicates alone, by shared word shingles."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from dupdetect.cli.messages import Skips, say
from dupdetect.cli.options import Settings, reading_options


@click.command()
@click.argument("sources", metavar="SOURCE...", nargs=-1, required=True)
@click.option(
    "-o", "--output", required=True, type=click.Path(dir_okay=False, path_type=Path),
    help="Parquet file for the pairs.",
)  # fmt: skip
@click.option(
    "--threshold", type=click.FloatRange(0.3, 1.0), default=0.5, show_default=True, metavar="P",
    help="Least Jaccard of the sets of word shingles.",
)  # fmt: skip
@click.option("--workers", type=click.IntRange(1), metavar="N", help="Threads (default: cores).")
@click.option("-q", "--quiet", is_flag=True, help="Only failures.")
@reading_options
def command(
    sources: tuple[str, ...],
    output: Path,
    threshold: float,
    workers: int | None,
    quiet: bool,
    settings: Settings,
) -> None:
    """Find the pairs of near-duplicates in SOURCE, and nothing else: the fast part of a scan.

    The file has the columns a, b (ids), jaccard, containment_a and containment_b, all exact. No
    scores, no rewrites, no clusters; SOURCE as for scan.
    """
    from dupdetect.engines.lean import frugal, without_unused

    without_unused()
    frugal()
    from dupdetect.engines.near import near_duplicates
    from dupdetect.readers import BENIGN

    skips = Skips(BENIGN, quiet=quiet)
    found = near_duplicates(
        list(sources), out=output, threshold=threshold, config=settings.config, workers=workers,
        on_skip=skips,
    )  # fmt: skip
    skips.finish()
    if not quiet:
        say(f"{len(found):,} pairs")
    sys.exit(1 if skips.failed else 0)
