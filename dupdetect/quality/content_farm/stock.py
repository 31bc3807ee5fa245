"""Stock phrases of generated and padded prose."""

from __future__ import annotations

import json
from functools import lru_cache
from importlib.resources import files
from typing import Any

from dupdetect.quality.phrases import PhraseTable


@lru_cache(maxsize=1)
def _data() -> dict[str, Any]:
    resource = files("dupdetect.data").joinpath("quality", "stock_phrases.json")
    data: dict[str, Any] = json.loads(resource.read_text(encoding="utf-8"))
    data.pop("about")
    return data


@lru_cache(maxsize=16)
def stock_table(language: str) -> PhraseTable[str]:
    """Stock phrases of a language (label ``stock``); of all languages where it has no list."""
    data = _data()
    sections = [data[language]] if language in data else list(data.values())
    return PhraseTable.build(
        (phrase, "stock") for section in sections for phrase in section["stock"].split("|")
    )
