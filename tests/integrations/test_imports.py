"""What is optional is imported by those who ask for it, by nobody else."""

from __future__ import annotations

import subprocess
import sys

OPTIONAL = ("scrapy", "twisted", "itemadapter", "polars", "datasets", "ray")
PROGRAM = """
import sys
for name in {optional!r}:
    sys.modules[name] = None  # an import of it fails, as where it is not installed
import dupdetect
import dupdetect.cli.index, dupdetect.integrations.columns
for name in dupdetect.__all__:
    getattr(dupdetect, name)
print(dupdetect.integrations.columns.score_columns({{"text": ["Un mot."]}})["n_words"])
try:
    import dupdetect.integrations.scrapy
except ImportError as error:
    print(type(error).__name__)
"""


def test_nothing_but_the_bridge_needs_scrapy() -> None:
    program = PROGRAM.format(optional=OPTIONAL)
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True)
    assert done.stderr == ""
    assert done.stdout.split("\n") == ["[2]", "ModuleNotFoundError", ""]
