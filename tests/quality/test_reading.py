"""Texts read together are read as they are alone."""

from __future__ import annotations

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from dupdetect.quality.reading import Readings, read, read_many
from dupdetect.quality.vocabulary import vocabulary
from dupdetect.text.segments import lines

PIECES = st.sampled_from(
    ["Le", "chat", " ", "\n", "\r\n", "\u2028", "\x85", "\x1c", "\u200b", "\u00a0", "\t", "12", "à",
     "lire", "aussi", "CoinHub", "東京", "©", "\ud800", "\udc00", "😀", "İ", ".", "«", "YouTube"]
)  # fmt: skip
TEXT = st.lists(PIECES, max_size=25).map("".join)
ARRAYS = (
    "codes", "starts", "ends", "word_start", "word_end", "key", "mask", "stem", "capital", "line",
    "sizes", "phrase", "phrase_word", "phrase_size",
)  # fmt: skip


@settings(max_examples=150, deadline=None)
@given(st.lists(TEXT, max_size=5))
def test_reading_together_is_reading_alone(texts: list[str]) -> None:
    known = vocabulary("fr")
    readings = read_many(texts, known)
    each = [readings.one(number) for number in range(len(texts))]
    assert [reading.text for reading in each] == texts
    for text, reading in zip(texts, each, strict=True):
        alone = read(text, known)
        assert reading.spans == alone.spans == lines(text)
        for name in ARRAYS:
            assert np.array_equal(getattr(reading, name), getattr(alone, name)), name


def test_a_reading_is_readings_of_one() -> None:
    reading = read("Partagez\nLe chat dort.", vocabulary("fr"))
    one = Readings.of(reading)
    assert one.base.tolist() == [0, 22]
    assert one.lines.tolist() == [0, 2]
    assert one.words.tolist() == [0, 4]
    assert one.one(0) is reading
