"""From texts to sketches, and the bridge to datasketch."""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from dupdetect.sketch.batch import SketchBatch, View, sketch_texts
    from dupdetect.sketch.signatures import from_datasketch, to_datasketch

__all__ = ["SketchBatch", "View", "from_datasketch", "sketch_texts", "to_datasketch"]

#: Loaded on use: near-duplicates need the permutations, and none of the anchors' kernels.
_HOMES = {
    "SketchBatch": "batch",
    "View": "batch",
    "sketch_texts": "batch",
    "from_datasketch": "signatures",
    "to_datasketch": "signatures",
}


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    value = getattr(importlib.import_module(f"{__name__}.{_HOMES[name]}"), name)
    globals()[name] = value
    return value
