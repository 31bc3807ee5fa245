"""Lists of recent documents, beside dictionaries."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from dupdetect.index.stores.recent import Added, Recent
from dupdetect.kernels.recent import held

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
        found = held(lists.keys, lists.marks, (wanted << np.uint64(2)) + np.uint64(view + 1))
    if documents:
        assert found[: len(known)].all()
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
        assert held(lists.keys, lists.marks, others + np.uint64(1)).mean() < 1 / 7
