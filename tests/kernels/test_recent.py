"""Lists of recent documents, beside dictionaries."""

from __future__ import annotations

import struct

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dupdetect.index.stores.recent import Added, Recent
from dupdetect.kernels.postings import PREFIX
from dupdetect.kernels.recent import heads, held, locate_recent

KEYS = st.integers(0, (1 << 40) - 1)


@given(
    documents=st.lists(st.tuples(*[st.lists(KEYS, max_size=40, unique=True)] * 3), max_size=40),
    asked=st.lists(KEYS, max_size=60),
    view=st.integers(0, 2),
)
def test_marks_leave_out_no_key_that_is_listed(
    documents: list[tuple[list[int], list[int], list[int]]], asked: list[int], view: int
) -> None:
    """However often the table has grown; of other keys most are known to have no list."""
    recent = Recent(5)
    for views in documents:
        hashes = np.array([key for keys in views for key in keys], np.uint64)
        ids, bands, anchors = map(len, views)
        recent.extend([Added(b"x", hashes, (ids, bands, anchors))])
    known = [key for views in documents for key in views[view]]
    wanted = np.array([*known, *asked], np.uint64)
    with recent.reading(recent.end) as lists:
        tagged = (wanted << np.uint64(2)) + np.uint64(view + 1)
        found = held(lists.slots, lists.marks, tagged)
        head = heads(*lists[:3], tagged).tolist()
    if documents:
        assert found[: len(known)].all()
    for key, posting in zip(wanted.tolist(), head, strict=True):
        own = [n for n, views in enumerate(documents) if key in views[view]]
        assert lists.postings[posting, 0] == own[0] if own else posting == -1
    postings = recent.lookup(view, wanted, limit=recent.end, cap=50, dead=np.empty(0, np.uint8))
    for i, key in enumerate(wanted.tolist()):
        own = [5 + n for n, views in enumerate(documents) if key in views[view]]
        assert postings.numbers[postings.start[i] : postings.start[i + 1]].tolist() == own


def test_most_keys_that_are_not_listed_are_told_by_the_marks() -> None:
    """Which is what they are for: fewer than one in seven has to be searched."""
    rng = np.random.default_rng(3)
    recent = Recent(1)
    for _ in range(300):
        keys = rng.integers(0, 1 << 40, 270, dtype=np.uint64)
        recent.extend([Added(b"x", keys, (1, 49, 220))])
    others = rng.integers(1 << 40, 1 << 42, 20_000, dtype=np.uint64) << np.uint64(2)
    with recent.reading(recent.end) as lists:
        assert held(lists.slots, lists.marks, others + np.uint64(1)).mean() < 1 / 7


@given(
    documents=st.lists(st.tuples(st.binary(max_size=9), st.binary(max_size=9)), max_size=20),
    asked=st.lists(st.integers(-3, 40), max_size=40),
    dead=st.sets(st.integers(7, 30)),
    limit=st.integers(7, 40),
)
def test_documents_lie_where_their_bytes_do(
    documents: list[tuple[bytes, bytes]], asked: list[int], dead: set[int], limit: int
) -> None:
    """Those with numbers from 7 on, before ``limit``; of others nothing is said."""
    whole = [struct.pack("<HHI", 3, 4, len(key)) + key + record for key, record in documents]
    data = np.frombuffer(b"".join(whole), np.uint8)
    ends = data.ctypes.data + np.cumsum([0, *map(len, whole)])
    spans = np.stack([ends[:-1], ends[1:]], axis=1)
    bitmap = np.zeros(8, np.uint8)
    for number in dead:
        bitmap[number >> 3] |= 1 << (number & 7)
    found = np.full((3, len(asked)), -1, np.int64)
    numbers = np.array(asked, np.int64)
    assert locate_recent(spans, 7, limit, numbers, bitmap, *found) == 0
    for number, places in zip(asked, found.T.tolist(), strict=True):
        row = number - 7
        if number in dead or not 7 <= number < min(limit, 7 + len(documents)):
            assert places == [-1, -1, -1]
            continue
        key, record = documents[row]
        begin = int(ends[row]) + PREFIX
        assert places == [begin, begin + len(key), begin + len(key) + len(record)]


@pytest.mark.parametrize("data", [b"1234567", struct.pack("<HHI", 0, 0, 3) + b"ab"])
def test_a_document_that_is_cut_short_is_told(data: bytes) -> None:
    begin = np.frombuffer(data, np.uint8).ctypes.data
    span, none = np.array([[begin, begin + len(data)]], np.int64), np.empty(0, np.uint8)
    assert locate_recent(span, 1, 2, np.array([1]), none, *np.zeros((3, 1), np.int64)) == 1
