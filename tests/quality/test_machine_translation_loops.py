"""The loops of the translation rules against what they stand for."""

from __future__ import annotations

import random

import numpy as np

from dupdetect.quality.machine_translation.character_loops import MOST_MARKS, find_marks
from dupdetect.quality.machine_translation.marks import MARKS, bit_of, mark_table
from dupdetect.quality.machine_translation.name_loops import telling
from dupdetect.quality.machine_translation.transliteration import TELLING
from dupdetect.quality.machine_translation.word_table import character_kinds
from dupdetect.quality.reading import encode


def test_telling_spellings_of_the_loop_are_those_of_the_patterns() -> None:
    lower = character_kinds()[1]
    rng = random.Random(0)
    for _ in range(3000):
        name = "".join(rng.choices("aeioutschdkzwjnly", k=rng.randint(3, 8))).capitalize()
        codes = np.array([ord(letter) for letter in name], np.uint32)
        found = telling(codes, 0, len(codes), lower)
        patterns = (1 << i for i, p in enumerate(TELLING) if p.search(name.lower()))
        assert found == sum(patterns), name


def test_every_mark_has_a_bit_of_its_own() -> None:
    assert len(MARKS) <= MOST_MARKS
    codes = encode("\n".join(MARKS))
    base = np.cumsum([0, *(len(mark) + 1 for mark in MARKS)])
    base[-1] = len(codes)
    held = find_marks(codes, base, character_kinds()[0], *mark_table()).tolist()
    for mark, bits in zip(MARKS, held, strict=True):
        assert bits & bit_of(mark), mark
        assert all(other in mark for other in MARKS if bits & bit_of(other)), mark
