"""Signals of a page made to be found rather than read, beyond the three scores."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from dupdetect.kernels._jit import kernel
from dupdetect.quality.boilerplate import FurnitureLine
from dupdetect.quality.boilerplate.context import LONE
from dupdetect.quality.marks import STOCK, PhraseBook
from dupdetect.quality.phrases import WORD, Known
from dupdetect.quality.reading import Reading, Readings

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
    return signals_many(Readings.of(reading), [furniture], language)[0]


def signals_many(
    readings: Readings, furniture: Sequence[Sequence[FurnitureLine]], language: str
) -> list[Signals]:
    """:func:`signals` of texts of one language."""
    stock = _stock(readings)
    repeated = _repeated_lines(readings, furniture)
    sizes, runs = np.diff(readings.words).tolist(), _all_runs(readings).tolist()
    return [
        Signals(
            n_words=size,
            stock=tuple(stock.get(text, ())),
            functions=frozenset(line.finding.rule for line in own) if own else _NO_FUNCTION,
            foreign=sum(_is_foreign(line, language) for line in own) if own else 0,
            repeated_lines=repeated.get(text, 0),
            repeated_runs=run,
        )
        for text, (size, own, run) in enumerate(zip(sizes, furniture, runs, strict=True))
    ]


_NO_FUNCTION: frozenset[str] = frozenset()


def _stock(readings: Readings) -> dict[int, list[str]]:
    """The stock phrases of the texts that hold any."""
    reading, book = readings.whole, readings.whole.book
    places = np.flatnonzero(_is_stock(book)[reading.phrase])
    of = np.searchsorted(readings.phrases, places, "right") - 1
    found: dict[int, list[str]] = {}
    for text, number in zip(of.tolist(), reading.phrase[places].tolist(), strict=True):
        known = (known for known in book.meanings[number] if known.kind == "stock")
        found.setdefault(text, []).extend(" ".join(one.words) for one in known)
    return found


def _is_stock(book: PhraseBook[Known]) -> NDArray[np.bool_]:
    return (book.bits >> np.uint64(STOCK)) & np.uint64(1) > 0


def _all_runs(readings: Readings) -> NDArray[np.float64]:
    shares: NDArray[np.float64] = repeated_runs_many(readings.whole.stem, readings.words, _RUN)
    return shares


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


def _repeated_lines(
    readings: Readings, furniture: Sequence[Sequence[FurnitureLine]]
) -> dict[int, int]:
    """Lines of some words that stand again, of the texts that have any."""
    reading = readings.whole
    sizes = reading.sizes
    short = np.flatnonzero((sizes >= _HEADLINE_WORDS) & (sizes <= _SHORT_LINE))
    of = np.searchsorted(readings.lines, short, "right") - 1
    # Equal lines have equal first and last words and lengths: only texts with such a pair, or with
    # a trail that may hold a line, are looked at.
    alike = np.stack([of, sizes[short], reading.ends[short] - reading.starts[short]], axis=1)
    alike = np.column_stack([alike, reading.stem[reading.line[short]]])
    _, number, times = np.unique(alike, axis=0, return_inverse=True, return_counts=True)
    texts = set(of[times[number.ravel()] > 1].tolist())
    texts.update(i for i, own in enumerate(furniture) if any(_is_trail(line) for line in own))
    bounds = np.searchsorted(of, np.arange(len(readings.texts) + 1)).tolist()
    found = {}
    for text in texts:
        own = short[bounds[text] : bounds[text + 1]].tolist()
        found[text] = _repeated(
            [reading.text[slice(*reading.spans[i])] for i in own], furniture[text]
        )
    return found


def _is_trail(line: FurnitureLine) -> bool:
    return line.finding.rule == "breadcrumb"


def _repeated(lines: Sequence[str], furniture: Sequence[FurnitureLine]) -> int:
    """How many lines stand again, alone or inside furniture (a breadcrumb)."""
    distinct = set(lines)
    trails = [line.finding.quote for line in furniture if _is_trail(line)]
    inside = 0
    for trail in trails:
        inside += sum(line != trail and line in trail for line in distinct)
    return len(lines) - len(distinct) + inside


@kernel
def repeated_runs_many(
    stem: NDArray[np.uint32], words: NDArray[np.int64], run: int
) -> NDArray[np.float64]:
    """:func:`repeated_runs` of texts; text d has the words ``words[d]`` to ``words[d + 1]``."""
    out = np.zeros(words.shape[0] - 1)
    for d in range(words.shape[0] - 1):
        out[d] = repeated_runs(stem[words[d] : words[d + 1]], run)
    return out


@kernel
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
