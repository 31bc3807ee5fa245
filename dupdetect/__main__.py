"""The ``dupdetect`` command, also as ``python -m dupdetect``."""

from __future__ import annotations

import atexit
import os
import sys
import threading
from typing import NoReturn

from dupdetect.cli import main


def run() -> NoReturn:
    """Does the command and ends the process.

    Once all is written and what libraries left to do at the end is done, the process ends at once:
    to take apart what was loaded takes 0.15 s.
    """
    try:
        main(prog_name="dupdetect")
    except SystemExit as end:
        traced = sys.gettrace() is not None or sys.getprofile() is not None
        if traced or threading.active_count() > 1 or not isinstance(end.code, int):
            raise
        atexit._run_exitfuncs()
        try:
            for stream in (sys.stdout, sys.stderr):
                if stream is not None:  # closed by who started the command
                    stream.flush()
        except (OSError, ValueError):  # the reader is gone: as Python ends then
            raise end from None
        os._exit(end.code)
    raise AssertionError("a command ends by SystemExit")


if __name__ == "__main__":
    run()
