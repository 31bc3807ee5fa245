"""Figures against the floors and ceilings of ``floors.json``, which are only ever raised."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

FLOORS = Path(__file__).parent / "floors.json"


def missed(found: dict[str, Any], wanted: dict[str, dict[str, float]]) -> list[str]:
    """Figures below a floor of ``at_least`` or above a ceiling of ``at_most``."""
    low = [
        f"{name}: {found[name]} is below {floor}"
        for name, floor in wanted["at_least"].items()
        if found[name] < floor
    ]
    high = [
        f"{name}: {found[name]} is above {ceiling}"
        for name, ceiling in wanted["at_most"].items()
        if found[name] > ceiling
    ]
    return low + high


def broken(found: dict[str, Any], benchmark: str, *, path: Path = FLOORS) -> int:
    """1 when a figure is below its floor or above its ceiling, which is said; else 0."""
    lines = missed(found, json.loads(path.read_text(encoding="utf-8"))[benchmark])
    for line in lines:
        print("FLOOR BROKEN:", line, file=sys.stderr)
    return int(bool(lines))
