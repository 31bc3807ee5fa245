"""The command line: each command is a thin file that parses, calls the library and prints.

Data goes to stdout, progress and messages to stderr. Exit codes: 0 done, 1 an input failed (the
others are done), 2 wrong usage, 3 a score reached ``--fail-over``. Commands are imported when they
are called, so that ``--help`` and ``--version`` load neither numba nor pyarrow.
"""

from __future__ import annotations

import errno
import importlib
import sys
from typing import Any

import click

from dupdetect._version import __version__
from dupdetect.cli.terminal import plain
from dupdetect.errors import ConfigError, DupdetectError

#: Every command and its line in ``--help``; the module of the same name holds it as ``command``.
COMMANDS = {
    "compare": "Tell how two documents, or many pairs, are related.",
    "copies": "List near-duplicates alone: pairs that share word shingles.",
    "filter": "Write the corpus of a scan without its copies or its worst documents.",
    "index": "Create, fill, ask and check a persistent index.",
    "report": "Write report.html again from a scan's tables.",
    "scan": "Find every copy in a corpus and score every document.",
    "score": "Score documents: boilerplate, machine translation, inserted links.",
    "train": "Train one of the scores on labelled data of your own.",
}


class Failure(click.ClickException):
    """An error with a message for a person: printed in one line, without a traceback."""

    exit_code = 1

    def format_message(self) -> str:
        """The message with control characters neutralised: it may quote crawled data."""
        return plain(self.message)


class UsageFailure(Failure):
    """A Failure that the user's settings caused."""

    exit_code = 2


class LazyCommands(click.Group):
    """A group whose commands are imported on use, and whose errors become messages."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Names, sorted."""
        return sorted(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """The command of that name, imported now, or None."""
        if cmd_name not in COMMANDS:
            return None
        command = importlib.import_module(f"dupdetect.cli.{cmd_name}").command
        assert isinstance(command, click.Command)
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """The list of ``--help``, from COMMANDS alone."""
        with formatter.section("Commands"):
            formatter.write_dl(sorted(COMMANDS.items()))

    def invoke(self, ctx: click.Context) -> Any:
        """Run; errors of this package and of the file system end in a message and a code."""
        try:
            return super().invoke(ctx)
        except ConfigError as error:
            raise UsageFailure(str(error)) from error
        except DupdetectError as error:
            raise Failure(str(error)) from error
        except OSError as error:
            if error.errno == errno.EPIPE:
                raise
            raise Failure(str(error)) from error


def _version(ctx: click.Context, param: click.Parameter, wanted: bool) -> None:
    if not wanted or ctx.resilient_parsing:
        return
    from dupdetect.data.shipped import shipped_digests

    click.echo(f"dupdetect, version {__version__}")
    models = ", ".join(f"{score} {digest[:12]}" for score, digest in shipped_digests().items())
    click.echo(f"models (sha256): {models or 'none'}")
    ctx.exit()


@click.group(
    cls=LazyCommands,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
)
@click.option(
    "-V", "--version", is_flag=True, is_eager=True, expose_value=False, callback=_version,
    help="Show the version and the digests of the shipped models, and exit.",
)  # fmt: skip
def main() -> None:
    """Find out which documents derive from which, how sure that is, and where the evidence stands.

    Exit codes: 0 done, 1 an input failed (the others are done), 2 wrong usage, 3 a score reached
    --fail-over.
    """
    for stream in (sys.stdout, sys.stderr):
        # A terminal that cannot show a character of a crawled text must not end the run.
        reconfigure = getattr(stream, "reconfigure", None)
        if reconfigure is not None:
            reconfigure(errors="backslashreplace")
