"""``python -m dupdetect``: the same as the ``dupdetect`` command."""

from __future__ import annotations

from dupdetect.cli import main

if __name__ == "__main__":
    main(prog_name="dupdetect")
