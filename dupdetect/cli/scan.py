"""``dupdetect scan``: the batch job over a corpus."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from dupdetect.cli import progress as progress_
from dupdetect.cli.messages import Skips, say
from dupdetect.cli.options import Settings, quality_options, reading_options, size
from dupdetect.cli.own import tell
from dupdetect.cli.terminal import Terminal


def _pairs(ctx: click.Context, param: click.Parameter, values: tuple[str, ...]) -> dict[str, str]:
    for value in values:
        if "=" not in value:
            raise click.BadParameter(f"{value!r} is not NAME=VALUE")
    return {name: rest for name, _, rest in (value.partition("=") for value in values)}


@click.command()
@click.argument("sources", metavar="SOURCE...", nargs=-1, required=True)
@click.option(
    "-o",
    "--output",
    required=True,
    type=click.Path(file_okay=False, path_type=Path),
    help="Folder for the tables, run.json and report.html.",
)
@click.option(
    "--engine", type=click.Choice(["local", "spark"]), default="local", show_default=True,
    help="Where the work is done.",
)  # fmt: skip
@click.option("--master", metavar="URL", help="Spark's master, such as spark://host:7077.")
@click.option(
    "--spark-conf", metavar="NAME=VALUE", multiple=True, callback=_pairs,
    help="A setting of Spark (repeatable).",
)  # fmt: skip
@click.option("--resume", is_flag=True, help="Go on with a scan that was interrupted.")
@click.option("--workers", type=click.IntRange(1), metavar="N", help="Processes (default: cores).")
@click.option(
    "--memory", callback=size, metavar="SIZE", help="Memory to stay within, such as 8GiB."
)
@click.option("--dry-run", is_flag=True, help="Only say what would be read.")
@click.option("-q", "--quiet", is_flag=True, help="No progress, only failures.")
@click.option("-v", "--verbose", is_flag=True, help="Also the time of each stage.")
@reading_options
@quality_options
def command(
    sources: tuple[str, ...],
    output: Path,
    engine: str,
    master: str | None,
    spark_conf: dict[str, str],
    resume: bool,
    workers: int | None,
    memory: int | None,
    dry_run: bool,
    quiet: bool,
    verbose: bool,
    settings: Settings,
) -> None:
    """Read everything in SOURCE, score it, find every related pair, and write tables and a report.

    SOURCE: files (.jsonl .csv .parquet .txt .html .warc .wet, also .gz and .zst), folders, globs,
    or - for standard input. Folders named key=value are columns of the tables in them.
    """
    from dupdetect.engines import scan
    from dupdetect.engines.lean import without_unused
    from dupdetect.readers import BENIGN

    if engine == "local":
        without_unused()
    progress = progress_.for_terminal(quiet=quiet)
    try:
        result = scan(
            list(sources), out=output, config=settings.config, engine=engine, workers=workers,
            memory=memory, resume=resume, progress=progress, dry_run=dry_run,
            master=master, spark_conf=spark_conf,
        )  # fmt: skip
    finally:
        progress.close()
    skips = Skips(BENIGN, quiet=quiet)
    skips.add_counts(result.skipped)
    for skip in result.skips:
        skips.print(skip)
    skips.finish()
    if memory is not None and result.peak_memory_bytes > memory:
        taken = result.peak_memory_bytes / 1e9
        say(f"took {taken:.2f} GB of memory, more than --memory {memory / 1e9:.2f} GB")
    if verbose:
        tell(settings.config)
        for stage, seconds in result.timings.items():
            say(f"{stage.replace('_', ' ')}: {seconds:.1f} s")
    if dry_run:
        files = [
            (file["path"], "unknown" if file["size"] is None else file["size"])
            for file in result.files
        ]
        Terminal().table(files, head=("file", "bytes"), indent=0)
        Terminal().table(sorted(result.counts.items()), indent=0)
    else:
        _summary(Path(result.out))
    sys.exit(1 if skips.failed else 0)


def _summary(directory: Path) -> None:
    from dupdetect.cli.showing import show_summary
    from dupdetect.report import summarize

    show_summary(Terminal(), summarize(directory))
