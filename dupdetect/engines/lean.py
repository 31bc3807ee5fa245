"""Less to load, for processes that are ours alone."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from importlib.abc import MetaPathFinder
from importlib.machinery import ModuleSpec
from types import ModuleType


class _NoPandas(MetaPathFinder):
    def find_spec(
        self, fullname: str, path: Sequence[str] | None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        if fullname == "pandas":
            raise ModuleNotFoundError("dupdetect does without pandas here", name=fullname)
        return None


def without_pandas() -> None:
    """Keeps pyarrow from importing pandas, to see whether an array comes from there.

    0.3 s and 40 MB where pandas is installed; nothing here makes or takes its objects.
    """
    if not any(isinstance(finder, _NoPandas) for finder in sys.meta_path):
        sys.meta_path.insert(0, _NoPandas())
