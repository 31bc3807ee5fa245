"""``python -m benchmarks NAME [options]``: runs ``benchmarks/NAME.py``.

A benchmark is a module with ``main(arguments: list[str]) -> int``; its first docstring line is its
help.
"""

from __future__ import annotations

import argparse
import ast
import importlib
import sys
from pathlib import Path

FOLDER = Path(__file__).parent


def benchmarks() -> dict[str, str]:
    """Names of the benchmarks and what they measure, without importing them."""
    found: dict[str, str] = {}
    for path in sorted(FOLDER.glob("*.py")):
        tree = ast.parse(path.read_text(encoding="utf-8"))
        functions = [node.name for node in tree.body if isinstance(node, ast.FunctionDef)]
        if "main" in functions and path.stem != "__main__":
            found[path.stem] = (ast.get_docstring(tree) or "").split("\n")[0]
    return found


def main(arguments: list[str]) -> int:
    """Runs one benchmark; returns its exit code."""
    known = benchmarks()
    listing = "\n".join(f"  {name:<10} {line}" for name, line in known.items())
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks",
        description=f"Measurements of dupdetect.\n\n{listing}",
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("name", choices=sorted(known), metavar="NAME")
    parser.add_argument("options", nargs=argparse.REMAINDER, help="see NAME --help")
    chosen = parser.parse_args(arguments)
    module = importlib.import_module(f"benchmarks.{chosen.name}")
    return int(module.main(chosen.options))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
