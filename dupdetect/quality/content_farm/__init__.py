"""The probability that a document comes from a content farm, and what it is made of.

Each part is the probability that the part alone would give; together they are a noisy or:
``1 - (1 - a)(1 - b)...``. So a score can be read off its parts, and a part that is learnt later
(matches with other documents) can be put in without seeing the text again.

The constants were set by hand so that the project's five reference pages lie above 0.5 and 99 % of
35,326 press articles below 0.2; they are no calibrated frequencies of any crawl.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from types import MappingProxyType

from dupdetect.quality.content_farm.signals import Signals
from dupdetect.records import Match, MatchKind

__all__ = ["combine", "copy_part", "parts"]

#: How much an inserted link and machine-translated text say of the page they stand in.
_SEO, _TRANSLATED = 0.9, 0.88
#: A suspicion of machine translation below this says next to nothing of the page (its cube): one
#: press article in twenty has one.
_SUSPICION = 0.5
#: By number of stock phrases: one or two stand in honest articles (5 % and 0.3 % of news), three
#: in one of 10,000. Needs at least one phrase in 250 words.
_STOCK = (0.0, 0.04, 0.22, 0.45, 0.6, 0.7, 0.78, 0.82, 0.86)
_STOCK_DENSITY = 1 / 250
#: Furniture in a foreign language comes from a template made for another country: by lines.
_FOREIGN = (0.0, 0.3, 0.55, 0.6)
#: Each kind of furniture left in the text, up to four.
_FUNCTION = 0.04
_REPEATED_LINE, _REPEATED_RUNS = 0.08, 0.15
#: In a raw page furniture is no leftover; from this share of its words on a text is a raw page.
_RAW = 0.3

#: What being derived from another document says, by kind: agencies' copies are everyday, a
#: rewrite is somebody's work to hide the source.
_COPY: Mapping[MatchKind, float] = MappingProxyType(
    {"exact": 0.25, "near_duplicate": 0.25, "partial": 0.15, "rewrite": 0.65, "translation": 0.5}
)
#: Where it is not known which one is the copy.
_UNKNOWN_DIRECTION = 0.5


def parts(
    *, seo_link: float, machine_translation: float, furniture: float, page: Signals
) -> dict[str, float]:
    """The parts of a document's score, each 0..1; ``furniture`` is the share of such words."""
    raw = furniture >= _RAW
    stock = len(page.stock) if len(page.stock) >= page.n_words * _STOCK_DENSITY else 0
    repeats = min(page.repeated_lines, 1) * _REPEATED_LINE
    repeats += _REPEATED_RUNS * min(1.0, page.repeated_runs * 10)
    out = {
        "seo_link": _SEO * seo_link,
        "machine_translation": _translated(machine_translation),
        "stock_phrases": _STOCK[min(stock, len(_STOCK) - 1)],
        "foreign_furniture": 0.0 if raw else _FOREIGN[min(page.foreign, len(_FOREIGN) - 1)],
        "leftovers": 0.0 if raw else _FUNCTION * min(len(page.functions), 4),
        "repeats": 0.0 if raw else repeats,
    }
    return {name: round(value, 4) for name, value in out.items()}


def _translated(score: float) -> float:
    if score < _SUSPICION:
        return _TRANSLATED * score**3
    low = _TRANSLATED * _SUSPICION**3
    return low + (_TRANSLATED - low) * (score - _SUSPICION) / (1 - _SUSPICION)


def copy_part(matches: Iterable[Match], document: str) -> float:
    """What the matches of a document say of it: the strongest of those where it is the copy."""
    strongest = 0.0
    for match in matches:
        if match.kind == "none" or document not in (match.a, match.b):
            continue
        copies = "a_from_b" if match.a == document else "b_from_a"
        if match.direction == copies:
            weight = 1.0
        elif match.direction == "unknown":
            weight = _UNKNOWN_DIRECTION
        else:
            continue
        strongest = max(strongest, weight * _COPY[match.kind] * match.score)
    return round(strongest, 4)


def combine(made_of: Mapping[str, float]) -> float:
    """Noisy or of the parts, 0..1."""
    none = 1.0
    for value in made_of.values():
        none *= 1.0 - value
    return 1.0 - none
