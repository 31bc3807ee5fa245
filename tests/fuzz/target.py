"""What a fuzz target is."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

#: Inputs that once broke something, by target: read by every run.
FOUND = Path(__file__).parent / "found"


@dataclass(frozen=True)
class Target:
    """``run`` raises for an input that breaks a promise, AssertionError among others; ``seeds`` are
    good inputs to start from; ``instrumented`` names the packages that a coverage-guided run looks
    into (never kernels: numba compiles them)."""

    name: str
    run: Callable[[bytes], None]
    seeds: Callable[[], list[bytes]]
    instrumented: tuple[str, ...]

    def found(self) -> list[bytes]:
        """The inputs kept from earlier runs."""
        return [path.read_bytes() for path in sorted((FOUND / self.name).glob("*"))]
