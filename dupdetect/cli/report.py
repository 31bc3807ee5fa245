"""``dupdetect report``: write the page of a scan again from its tables."""

from __future__ import annotations

from pathlib import Path

import click


@click.command()
@click.argument(
    "directory", metavar="DIR", type=click.Path(exists=True, file_okay=False, path_type=Path)
)
def command(directory: Path) -> None:
    """Write DIR/report.html again from the tables of the scan in DIR, and print its path."""
    from dupdetect.report import render_report

    click.echo(render_report(directory))
