"""Stock phrases of generated and padded prose."""

from __future__ import annotations

import json
from collections.abc import Iterator
from functools import lru_cache
from importlib.resources import files
from typing import Any

from dupdetect.quality.phrases import Known, forms


@lru_cache(maxsize=1)
def _data() -> dict[str, Any]:
    resource = files("dupdetect.data").joinpath("quality", "stock_phrases.json")
    data: dict[str, Any] = json.loads(resource.read_text(encoding="utf-8"))
    data.pop("about")
    return data


def stock_phrases(language: str) -> Iterator[Known]:
    """Stock phrases of a language; of all languages where it has no list."""
    data = _data()
    sections = [data[language]] if language in data else list(data.values())
    for section in sections:
        for words in forms(section["stock"]):
            yield Known(words, "stock")
