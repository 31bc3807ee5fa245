"""The probability that a document comes from a content farm, and what it is made of.

Each part is the probability that the part alone would give; together they are a noisy or:
``1 - (1 - a)(1 - b)...``. So a score can be read off its parts, and a part that is learnt later
(matches with other documents) can be put in without seeing the text again.

A part is ``1 - exp(-h)``, where ``h`` rises with its evidence along a line through a few points.
The points were fitted by maximum likelihood (``data/quality/content_farm.json``, with a card that
says on what, how far it holds, and what it does not know; ``training/content_farm.py``).
"""

from __future__ import annotations

import math
from bisect import bisect_right
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache

from dupdetect.data import load_json
from dupdetect.errors import ModelError
from dupdetect.quality.content_farm.signals import Signals
from dupdetect.records import Match

__all__ = ["Evidence", "Lines", "card", "combine", "copy_part", "parts"]

#: Stock phrases are evidence from one in so many words on.
_STOCK_DENSITY = 1 / 250
#: In a raw page furniture is no leftover; from this share of its words on a text is a raw page.
_RAW = 0.3
#: What a page of a domain that the user's lists hold is given: the list is the user's judgement.
_LISTED = 0.7
#: Where it is not known which one is the copy.
_UNKNOWN_DIRECTION = 0.5

#: Points of each line: evidence, and ``h`` there; ``h`` is level outside.
Lines = Mapping[str, tuple[Sequence[float], Sequence[float]]]


@lru_cache(maxsize=1)
def _shipped() -> Lines:
    stored = load_json("quality/content_farm.json")
    try:
        lines = {
            name: (tuple(map(float, points)), tuple(map(float, values)))
            for name, (points, values) in stored["lines"].items()
        }
    except (KeyError, TypeError, ValueError) as error:
        raise ModelError(f"cannot read the shipped data content_farm.json: {error}") from error
    return lines


def card() -> Mapping[str, object]:
    """What the points were fitted and measured on."""
    stored: Mapping[str, object] = load_json("quality/content_farm.json")["card"]
    return stored


@dataclass(frozen=True, slots=True)
class Evidence:
    """What is seen of a document: two scores, the share of furniture, signals of its page.

    ``listed``: its domain stands in a list of the user; ``disguised``: the part that disguised
    characters give.
    """

    page: Signals
    seo_link: float = 0.0
    machine_translation: float = 0.0
    furniture: float = 0.0
    listed: bool = False
    disguised: float = 0.0

    def lines(self) -> dict[str, tuple[tuple[str, float], ...]]:
        """What each part rests on: names of lines and how much there is of it."""
        page, raw = self.page, self.furniture >= _RAW
        dense = len(page.stock) >= page.n_words * _STOCK_DENSITY
        return {
            "seo_link": (("seo_link", self.seo_link),),
            "machine_translation": (("machine_translation", self.machine_translation),),
            "stock_phrases": (("stock_phrases", len(page.stock) if dense else 0),),
            "foreign_furniture": (("foreign_furniture", 0 if raw else page.foreign),),
            "leftovers": (("leftovers", 0 if raw else len(page.functions)),),
            "repeats": (
                ("repeated_lines", 0 if raw else page.repeated_lines),
                ("repeated_runs", 0.0 if raw else page.repeated_runs),
            ),
        }


def parts(seen: Evidence, *, lines: Lines | None = None) -> dict[str, float]:
    """The parts of a document's score, each 0..1."""
    known = lines if lines is not None else _shipped()
    out = {name: _part_of(known, several) for name, several in seen.lines().items()}
    if seen.listed:
        out["listed_domain"] = _LISTED
    if seen.disguised:
        out["disguised_characters"] = seen.disguised
    return out


def copy_part(matches: Iterable[Match], document: str, *, lines: Lines | None = None) -> float:
    """What the matches of a document say of it: the strongest of those where it is the copy."""
    known = lines if lines is not None else _shipped()
    strongest = 0.0
    for match in matches:
        name = f"copy_{match.kind}"
        if name not in known or document not in (match.a, match.b):
            continue
        copies = "a_from_b" if match.a == document else "b_from_a"
        if match.direction == copies:
            weight = 1.0
        elif match.direction == "unknown":
            weight = _UNKNOWN_DIRECTION
        else:
            continue
        strongest = max(strongest, weight * _part(_height(known[name], match.score)))
    return round(strongest, 4)


def combine(made_of: Mapping[str, float]) -> float:
    """Noisy or of the parts, 0..1."""
    none = 1.0
    for value in made_of.values():
        none *= 1.0 - value
    return 1.0 - none


def _part_of(known: Lines, evidence: Sequence[tuple[str, float]]) -> float:
    height = 0.0
    for line, value in evidence:
        height += _height(known[line], value)
    return _part(height) if height else 0.0


def _part(height: float) -> float:
    return round(1.0 - math.exp(-height), 4)


def _height(line: tuple[Sequence[float], Sequence[float]], value: float) -> float:
    """The height of a line at a value, level outside its points."""
    points, heights = line
    if value <= points[0]:
        return heights[0]
    at = bisect_right(points, value)
    if at == len(points):
        return heights[-1]
    share = (value - points[at - 1]) / (points[at] - points[at - 1])
    return heights[at - 1] + share * (heights[at] - heights[at - 1])
