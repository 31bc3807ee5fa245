"""All fuzz targets by name."""

from __future__ import annotations

from tests.fuzz.inputs import FILE, PAGE, SETTINGS
from tests.fuzz.stored import STORED
from tests.fuzz.target import Target
from tests.fuzz.texts import PAIR, SKETCH

TARGETS: dict[str, Target] = {
    target.name: target for target in (SKETCH, PAIR, FILE, PAGE, STORED, SETTINGS)
}
