"""A corpus made of words, with copies planted in it: any size, the same bytes each time.

Common words are those of ``corpora/sample`` with their frequencies; a fifth are made-up
names and numbers of a Zipf distribution, and a tenth stands in phrases that recur. A copy is a
document of which a share of the words was drawn anew.
"""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from numpy.typing import NDArray

SAMPLE = Path(__file__).parent.parent / "corpora" / "sample"
#: Shares of the words that are drawn anew in a planted copy.
REPLACED = (0.02, 0.05, 0.10, 0.20, 0.30)
NAMES, PHRASES = 300_000, 5_000
_CHUNK = 2_000
_SYLLABLES = [c + v for c in "bcdfglmnprstv" for v in ("a", "e", "i", "o", "u", "an", "er", "in")]

SCHEMA = pa.schema([("id", pa.string()), ("text", pa.string())])


@dataclass(frozen=True, slots=True)
class Plan:
    """What to make. ``copies``: share of the documents that are copies, evenly over REPLACED.

    ``copied`` documents are one text, word for word; ``templated`` share the same first half.
    ``phrases``: whether some words stand in phrases that recur; these recur the more often the
    larger the corpus, so that growth is measured without.
    """

    documents: int
    words: int = 560
    copies: float = 0.1
    copied: int = 0
    templated: int = 0
    phrases: bool = True
    seed: int = 1


class Words:
    """The vocabulary: ids of words, and how they are drawn and written."""

    def __init__(self) -> None:
        counts: Counter[str] = Counter()
        for path in sorted(SAMPLE.glob("*.jsonl")):
            for line in path.read_text(encoding="utf-8").splitlines():
                counts.update(re.findall(r"[^\W\d_]+", str(json.loads(line)["text"]).lower()))
        common = sorted(counts, key=lambda word: (-counts[word], word))
        chance = np.random.default_rng(0)
        names = _names(chance)
        self.common = len(common)
        self.words = common + names
        self._common = np.cumsum([counts[word] for word in common]) / counts.total()
        self._names = np.cumsum(1.0 / (np.arange(len(names)) + 10.0) ** 0.9)
        self._names /= self._names[-1]
        self._phrases = self.drawn(chance, 3 * PHRASES).reshape(PHRASES, 3)
        # Each word as it stands inside a sentence, at its beginning, at its end, and between lines.
        plain = [word.capitalize() if at >= self.common else word
                 for at, word in enumerate(self.words)]  # fmt: skip
        self._forms = np.array(
            plain + [word.capitalize() for word in plain] + [word + "." for word in plain]
            + [word + ".\n\n" for word in plain], object,
        )  # fmt: skip

    def drawn(self, chance: np.random.Generator, n: int) -> NDArray[np.int32]:
        """``n`` words, independent of each other."""
        common = np.searchsorted(self._common, chance.random(n))
        names = self.common + np.searchsorted(self._names, chance.random(n))
        found = np.where(chance.random(n) < 0.2, names, common)
        return np.minimum(found, len(self.words) - 1).astype(np.int32)

    def document(
        self, chance: np.random.Generator, n: int, *, phrases: bool = True
    ) -> NDArray[np.int32]:
        """``n`` words, some of which stand in phrases."""
        found = self.drawn(chance, n)
        for at in chance.integers(0, max(1, n - 3), n // 30 if phrases else 0):
            found[at : at + 3] = self._phrases[chance.integers(PHRASES)][: max(0, n - at)]
        return found

    def laid_out(self, ids: NDArray[np.int32], chance: np.random.Generator) -> NDArray[np.int32]:
        """The words as sentences of about 14 words and lines of about five sentences.

        Each is its id plus the number of its form times the number of words.
        """
        form = np.zeros(len(ids), np.int64)
        ends = np.cumsum(chance.integers(6, 24, len(ids) // 6 + 1)) - 1
        ends = ends[ends < len(ids) - 1]
        form[ends] = np.where(chance.random(len(ends)) < 0.2, 3, 2)
        form[ends + 1] = 1
        form[0], form[-1] = 1, 2
        return (ids + form * len(self.words)).astype(np.int32)

    def changed(
        self, written: NDArray[np.int32], share: float, chance: np.random.Generator
    ) -> NDArray[np.int32]:
        """A share of the words drawn anew; sentences and lines stay."""
        changed = written.copy()
        places = chance.choice(len(written), round(share * len(written)), replace=False)
        form = written[places] // len(self.words) * len(self.words)
        changed[places] = self.drawn(chance, len(places)) + form
        return changed

    def text(self, written: NDArray[np.int32]) -> str:
        """The characters."""
        return " ".join(self._forms[written].tolist())


def _names(chance: np.random.Generator) -> list[str]:
    parts = np.array(_SYLLABLES, object)
    made: dict[str, None] = {}
    while len(made) < NAMES:
        size = int(chance.integers(2, 5))
        drawn = parts[chance.integers(0, len(parts), (NAMES // 4, size))]
        made |= dict.fromkeys("".join(row) for row in drawn.tolist())
        made |= dict.fromkeys(str(number) for number in chance.integers(10, 99_999, 500))
    return list(made)[:NAMES]


def write(path: Path, plan: Plan) -> list[tuple[int, int, float]]:
    """Writes the corpus (Parquet, columns id and text; ids are row numbers).

    Returns the planted pairs: source, copy, share of words drawn anew.
    """
    planted: list[tuple[int, int, float]] = []
    with pq.ParquetWriter(path, SCHEMA, compression="snappy") as writer:
        for start, texts, pairs in chunks(plan):
            ids = [str(number) for number in range(start, start + len(texts))]
            writer.write_table(pa.table({"id": ids, "text": texts}, SCHEMA), row_group_size=10_000)
            planted += pairs
    return planted


def chunks(plan: Plan) -> Iterator[tuple[int, list[str], list[tuple[int, int, float]]]]:
    """The texts chunk by chunk, with the number of the first and the pairs planted in it.

    Source and copy stand in one chunk, at random places.
    """
    words = Words()
    roles = _roles(plan)
    common = np.random.default_rng((plan.seed, 0))
    copied = words.laid_out(words.document(common, plan.words), common)
    template = words.laid_out(words.document(common, plan.words // 2), common)
    for start in range(0, plan.documents, _CHUNK):
        chance = np.random.default_rng((plan.seed, 1, start))
        rows = roles[start : start + _CHUNK]
        lengths = np.exp(chance.normal(np.log(plan.words) - 0.08, 0.4, len(rows))).astype(int)
        made: list[Any] = [None] * len(rows)
        for row, role in enumerate(rows):
            if role == 1:
                made[row] = copied
            elif role == 2:
                own = words.laid_out(
                    words.document(chance, plan.words // 2, phrases=plan.phrases), chance
                )
                made[row] = np.r_[template, own]
            else:
                own = words.document(chance, max(40, lengths[row]), phrases=plan.phrases)
                made[row] = words.laid_out(own, chance)
        free = chance.permutation(np.flatnonzero(rows == 0))
        n = min(int(plan.copies * len(rows)), len(free) // 2)
        pairs = []
        for at, (source, copy) in enumerate(zip(free[:n], free[n : 2 * n], strict=True)):
            share = REPLACED[at % len(REPLACED)]
            made[copy] = words.changed(made[source], share, chance)
            pairs.append((start + int(source), start + int(copy), share))
        yield start, [words.text(written) for written in made], pairs


def _roles(plan: Plan) -> NDArray[np.int8]:
    """0: its own text, 1: the copied text, 2: one of the template; shuffled."""
    roles = np.zeros(plan.documents, np.int8)
    roles[: plan.copied] = 1
    roles[plan.copied : plan.copied + plan.templated] = 2
    np.random.default_rng((plan.seed, 2)).shuffle(roles)
    return roles
