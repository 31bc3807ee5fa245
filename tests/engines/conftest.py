"""Small corpora made of nothing but seeded random words."""

from __future__ import annotations

import json
import random
from pathlib import Path

import pytest

_SYLLABLES = [c + v for c in "bcdfglmnprstv" for v in ("a", "e", "i", "o", "u", "ou", "an")]


def words(rng, count, vocabulary):
    return [vocabulary[min(int(rng.paretovariate(0.7)), len(vocabulary)) - 1] for _ in range(count)]


def sentences(rng, vocabulary, count=8):
    made = []
    for _ in range(count):
        line = words(rng, rng.randrange(8, 16), vocabulary)
        line[rng.randrange(len(line))] = str(rng.randrange(100, 99999))
        line[rng.randrange(1, len(line))] = rng.choice(vocabulary[-2000:]).capitalize()
        made.append(" ".join(line).capitalize() + ".")
    return made


class Corpus:
    """Documents as rows; ``copies`` are pairs of ids of which the second is a copy of the first."""

    def __init__(self, count=40, seed=1):
        rng = random.Random(seed)
        self.rng = rng
        self.vocabulary = [
            "".join(rng.choices(_SYLLABLES, k=rng.randrange(1, 5))) for _ in range(6000)
        ]
        self.rows = [self.row(f"d{i:03d}", sentences(rng, self.vocabulary)) for i in range(count)]
        self.copies = []

    def row(self, id, lines, **known):
        return {"id": id, "text": "\n".join(lines), "language": "fr", **known}

    def copy(self, of, id, *, change=0, **known):
        """Adds a copy of a row, with ``change`` lines replaced."""
        source = next(row for row in self.rows if row["id"] == of)
        lines = source["text"].split("\n")
        lines[:change] = sentences(self.rng, self.vocabulary, change)
        self.rows.append(self.row(id, lines, **known))
        self.copies.append((of, id))

    def write(self, path):
        path.parent.mkdir(parents=True, exist_ok=True)
        lines = [json.dumps(row, ensure_ascii=False) for row in self.rows]
        path.write_text("\n".join(lines) + "\n", encoding="utf-8")
        return path


@pytest.fixture
def corpus():
    """40 unrelated documents, an exact and two near copies."""
    made = Corpus()
    made.rows[3]["published"] = "2020-05-01"
    made.copy("d003", "copy-exact", published="2020-05-03", url="https://www.farm.com/1")
    made.copy("d003", "copy-near", change=1, published="2020-05-02", url="https://farm.com/2")
    made.copy("d010", "copy-late", change=1)
    return made


@pytest.fixture
def root():
    """The folder that holds the package."""
    return Path(__file__).resolve().parents[2]
