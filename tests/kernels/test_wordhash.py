"""Hashed words and shingles: equal where the tokens are equal, different where they differ."""

from __future__ import annotations

import random

import numpy as np
from hypothesis import example, given, settings
from hypothesis import strategies as st

from dupdetect.kernels.wordhash import most_shingles
from dupdetect.kernels.wordhash import word_shingles as fill_shingles
from dupdetect.text import reference
from dupdetect.text.tokens import fold_table, utf8_buffers


def word_shingles(data, offsets, table, size):
    begin, end = offsets[:-1], offsets[1:]
    hashes = np.empty(most_shingles(begin, end), np.uint32)
    ranges = fill_shingles(data, begin, end, table, size, hashes)
    return hashes[: ranges[-1]], ranges


pieces = st.sampled_from(
    ["a", "Été", "ete", "e\u0301te", "x" * 7, "x" * 8, "x" * 9, "ﬁn", "fin", "東京", "1", "2,5",
     "mасrоn", "macron", "реu", "peu", "ο", "Ա", "г",
     " ", " ", " ", ".", "\n", "\u00ad", "'", "ß", "ss", "İ", "a\u0301\u0301b", "ﷺ", "\x00",
     "\x08", "\x1b", "\x1c", "\x7f", "한국", "x" * 31, "word " * 14, "я" * 40, "é" * 40,
     "привет ", "мир", "λόγος", "è"]
)  # fmt: skip
texts = st.lists(st.one_of(st.lists(pieces, max_size=30).map("".join), st.text(max_size=40)))


@settings(deadline=None, max_examples=300)
@given(texts, st.integers(1, 4))
@example(["abcdefg abcdefgh abcdefghi", "abcdefgh", "ab cd"], 1)
@example(["é" * 17, "e" * 17, "ee éeeeeee éeeeeeeeé"], 1)
@example(["x" * 63 + "mасrоn", "x" * 62 + " mасrоn", "\u00admасrоn", "macron"], 1)
@example(["ﷺ " * 500, "я" * 900 + "a", "a" + "я" * 900], 1)
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


SOME = [
    "привет ", "мир", "λόγος ", "mасrоn ", "macron ", "été ", "e", "1", ". ", "東京", "한국 ",
    "ﷺ", "\u00ad", "реu ", "х" * 70, "x" * 70, "\x02", " я ", "é", " " * 50, "й",
]  # fmt: skip


def test_long_texts_of_all_scripts_in_one_buffer():
    """Words across the steps of 64 bytes, and in the last bytes of the buffer."""
    chance = random.Random(1)
    batch = ["".join(chance.choices(SOME, k=chance.randrange(120))) for _ in range(300)]
    data, offsets = utf8_buffers(batch)
    hashes, ranges = word_shingles(data, offsets, fold_table(), 1)
    expected = [[token.folded for token in reference.tokenize(text)] for text in batch]
    assert np.diff(ranges).tolist() == [len(words) for words in expected]
    flat = [word for words in expected for word in words]
    by_hash = dict(zip(hashes.tolist(), flat, strict=True))
    assert [by_hash[value] for value in hashes.tolist()] == flat
    assert len(by_hash) == len(set(flat))
    for text, words in zip(batch[:100], expected, strict=False):
        alone, _ = word_shingles(*utf8_buffers([text]), fold_table(), 1)
        assert [by_hash[value] for value in alone.tolist()] == words


def test_a_slice_of_a_buffer_is_read_alone():
    data = np.frombuffer(b"one two three four", np.uint8)
    whole, _ = word_shingles(data, np.array([4, 13]), fold_table(), 1)
    alone, _ = word_shingles(data[4:13], np.array([0, 9]), fold_table(), 1)
    assert whole.tolist() == alone.tolist()


def test_more_words_than_the_first_guess():
    data, offsets = utf8_buffers(["東" * 1000, "a b " * 500])
    _, ranges = word_shingles(data, offsets, fold_table(), 3)
    assert ranges.tolist() == [0, 998, 1996]


def test_words_that_differ_anywhere_differ_in_their_hash():
    """Words of every length, from every place in a step of 64 bytes on."""
    words = [
        "".join(chr(97 + (k * k + at) % 26) for k in range(n))
        for n in range(1, 70)
        for at in (0, 7)
    ]
    changed = [
        w[:k] + ("y" if w[k] != "y" else "z") + w[k + 1 :] for w in words for k in range(len(w))
    ]
    different = sorted({*words, *changed})
    data, offsets = utf8_buffers([" ".join(different)])
    hashes, _ = word_shingles(data, offsets, fold_table(), 1)
    assert len(set(hashes.tolist())) == len(different)
    for gap in range(1, 66):
        data, offsets = utf8_buffers([" " * gap + different[gap * 31] + "." * gap + different[gap]])
        again, _ = word_shingles(data, offsets, fold_table(), 1)
        assert again.tolist() == [hashes[gap * 31], hashes[gap]]


def test_texts_with_anything_between_them():
    octets = b"\x04\x00\x00\x00two words\xff\xff\xffthree other words"
    data = np.frombuffer(octets, np.uint8)
    begin, end = np.array([4, 16]), np.array([13, len(octets)])
    hashes = np.empty(most_shingles(begin, end), np.uint32)
    ranges = fill_shingles(data, begin, end, fold_table(), 1, hashes)
    assert ranges.tolist() == [0, 2, 5]
    assert hashes[1] == hashes[4]  # words
