"""Hashed words and shingles: equal where the tokens are equal, different where they differ."""

from __future__ import annotations

import numpy as np
from hypothesis import example, given, settings
from hypothesis import strategies as st

from dupdetect.kernels.wordhash import word_shingles
from dupdetect.text import reference
from dupdetect.text.tokens import fold_table, utf8_buffers

pieces = st.sampled_from(
    ["a", "Été", "ete", "e\u0301te", "x" * 7, "x" * 8, "x" * 9, "ﬁn", "fin", "東京", "1", "2,5",
     "mасrоn", "macron", "реu", "peu", "ο", "Ա", "г",
     " ", " ", " ", ".", "\n", "\u00ad", "'", "ß", "ss", "İ", "a\u0301\u0301b", "ﷺ", "\x00"]
)  # fmt: skip
texts = st.lists(st.one_of(st.lists(pieces, max_size=30).map("".join), st.text(max_size=40)))


@settings(deadline=None, max_examples=300)
@given(texts, st.integers(1, 4))
@example(["abcdefg abcdefgh abcdefghi", "abcdefgh", "ab cd"], 1)
@example(["é" * 17, "e" * 17, "ee éeeeeee éeeeeeeeé"], 1)
def test_shingles_are_equal_exactly_where_the_tokens_are(batch, size):
    data, offsets = utf8_buffers(batch)
    hashes, ranges = word_shingles(data, offsets, fold_table(), size)
    expected = []
    for text in batch:
        words = [token.folded for token in reference.tokenize(text)]
        expected.append([tuple(words[i : i + size]) for i in range(len(words) - size + 1)])
    assert np.diff(ranges).tolist() == [len(shingles) for shingles in expected]
    by_hash = dict(zip(hashes.tolist(), [s for part in expected for s in part], strict=True))
    assert [by_hash[h] for h in hashes.tolist()] == [s for part in expected for s in part]
    assert len(set(hashes.tolist())) == len({s for part in expected for s in part})


def test_a_slice_of_a_buffer_is_read_alone():
    data = np.frombuffer(b"one two three four", np.uint8)
    whole, _ = word_shingles(data, np.array([4, 13]), fold_table(), 1)
    alone, _ = word_shingles(data[4:13], np.array([0, 9]), fold_table(), 1)
    assert whole.tolist() == alone.tolist()


def test_more_words_than_the_first_guess():
    data, offsets = utf8_buffers(["東" * 1000, "a b " * 500])
    _, ranges = word_shingles(data, offsets, fold_table(), 3)
    assert ranges.tolist() == [0, 998, 1996]
