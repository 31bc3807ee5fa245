"""Signals of a page made to be found rather than read, beyond the three scores."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numba
import numpy as np
from numpy.typing import NDArray

from dupdetect.quality.boilerplate import FurnitureLine
from dupdetect.quality.boilerplate.context import LONE
from dupdetect.quality.phrases import WORD
from dupdetect.quality.reading import Reading

#: Words of a run that counts as repeated when it stands twice.
_RUN = 6
#: Lines with at least this many words that stand twice are repeated headlines, not refrains.
_HEADLINE_WORDS = 4
_SHORT_LINE = 40


@dataclass(frozen=True, slots=True)
class Signals:
    """What is seen of a page.

    ``stock``: stock phrases found; ``functions``: kinds of furniture; ``foreign``: lines of
    furniture in another language than the text; ``repeated_lines``: lines of four words or more
    that stand again; ``repeated_runs``: share of runs of six words that stand again.
    """

    n_words: int
    stock: tuple[str, ...]
    functions: frozenset[str]
    foreign: int
    repeated_lines: int
    repeated_runs: float


#: Of an empty text.
NOTHING = Signals(0, (), frozenset(), 0, 0, 0.0)


def signals(reading: Reading, furniture: Sequence[FurnitureLine], language: str) -> Signals:
    """The signals of a text whose furniture is known."""
    return Signals(
        n_words=reading.n_words,
        stock=tuple(" ".join(known.words) for _, _, known in reading.phrases("stock")),
        functions=frozenset(line.finding.rule for line in furniture),
        foreign=sum(_is_foreign(line, language) for line in furniture),
        repeated_lines=_repeated_lines(reading, furniture),
        repeated_runs=float(repeated_runs(reading.stem, _RUN)),
    )


#: Prompts that come with a template. Menus, notes on rights and times of reading are in English
#: on honest pages of any language ("Live TV", "Terms of use", "5 min").
_PROMPTS = frozenset(
    {"share_prompt", "follow_prompt", "related_heading", "newsletter", "comments", "leftover"}
)


def _is_foreign(line: FurnitureLine, language: str) -> bool:
    """Whether a prompt of two words or more is known, but not in the text's language."""
    hit = line.hit
    if hit is None or hit.function not in _PROMPTS:
        return False
    words = [word for word in WORD.findall(line.finding.quote) if len(word) > 2 and word.isalpha()]
    if len(words) < 2:
        return False
    if language == "und" or language in hit.languages:
        return False
    return hit.known >= 2 and (bool(hit.bits & LONE) or hit.known >= 3)


def _repeated_lines(reading: Reading, furniture: Sequence[FurnitureLine]) -> int:
    """Lines of some words that stand again, alone or inside furniture (a breadcrumb)."""
    sizes = reading.sizes
    short = np.flatnonzero((sizes >= _HEADLINE_WORDS) & (sizes <= _SHORT_LINE)).tolist()
    lines = [reading.text[slice(*reading.spans[i])] for i in short]
    distinct = set(lines)
    trails = [line.finding.quote for line in furniture if line.finding.rule == "breadcrumb"]
    inside = 0
    for trail in trails:
        inside += sum(line != trail and line in trail for line in distinct)
    return len(lines) - len(distinct) + inside


@numba.njit(cache=True, nogil=True)
def repeated_runs(stem: NDArray[np.uint32], run: int) -> Any:
    """Share of the runs of ``run`` words that stood before in the text, 0..1."""
    n = stem.shape[0] - run + 1
    if n <= 0:
        return 0.0
    size = 16
    while size < 2 * n:
        size *= 2
    seen = np.zeros(size, np.uint64)
    repeated = 0
    for i in range(n):
        value = np.uint64(1469598103934665603)
        for k in range(run):
            value = (value ^ np.uint64(stem[i + k])) * np.uint64(1099511628211)
        value = (value ^ (value >> np.uint64(32))) | np.uint64(1)
        slot = value & np.uint64(size - 1)
        while seen[slot] != np.uint64(0) and seen[slot] != value:
            slot = (slot + np.uint64(1)) & np.uint64(size - 1)
        repeated += seen[slot] == value
        seen[slot] = value
    return repeated / n
