"""dupdetect: which documents derive from which, how sure, and where is the evidence.

    import dupdetect
    verdict = dupdetect.score(dupdetect.Document(id="a", text=text))
    match = dupdetect.compare(text_a, text_b)
    result = dupdetect.scan(["crawl/*.warc.gz"], out="out")

Names load on first use (PEP 562), so that ``import dupdetect`` costs next to nothing.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

from dupdetect._version import __version__

if TYPE_CHECKING:
    from dupdetect.config import Config
    from dupdetect.detector import Detector, Index, compare, score
    from dupdetect.engines import ScanResult, scan
    from dupdetect.engines.near import near_duplicates
    from dupdetect.errors import DupdetectError
    from dupdetect.records import (
        Cluster,
        Document,
        Finding,
        Link,
        Match,
        Page,
        Passage,
        Scores,
        Skip,
        Verdict,
    )

_HOMES = {
    "Cluster": "records",
    "Config": "config",
    "Detector": "detector",
    "Document": "records",
    "DupdetectError": "errors",
    "Finding": "records",
    "Index": "detector",
    "Link": "records",
    "Match": "records",
    "Page": "records",
    "Passage": "records",
    "ScanResult": "engines",
    "Scores": "records",
    "Skip": "records",
    "Verdict": "records",
    "compare": "detector",
    "near_duplicates": "engines.near",
    "scan": "engines",
    "score": "detector",
}

__all__ = [
    "Cluster",
    "Config",
    "Detector",
    "Document",
    "DupdetectError",
    "Finding",
    "Index",
    "Link",
    "Match",
    "Page",
    "Passage",
    "ScanResult",
    "Scores",
    "Skip",
    "Verdict",
    "__version__",
    "compare",
    "near_duplicates",
    "scan",
    "score",
]


def __getattr__(name: str) -> Any:
    home = _HOMES.get(name)
    if home is None:
        raise AttributeError(f"module 'dupdetect' has no attribute {name!r}")
    value = getattr(importlib.import_module(f"dupdetect.{home}"), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted(__all__)
