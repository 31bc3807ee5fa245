"""What pages leave at their sites: which lines, and how many different pages hold each."""

from __future__ import annotations

import random

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dupdetect.errors import IndexCorruptError
from dupdetect.records import Document
from dupdetect.sketch.traces import (
    LONGEST,
    MOST_LINES,
    PageLines,
    latest,
    left_by,
    pack,
    repeated,
    site_of,
    whose,
)


def longest(*lines: tuple[int, int]) -> np.ndarray:
    """Lines as pairs: key and words."""
    out = np.zeros(LONGEST, np.uint32)
    out[: len(lines)] = [key << 8 | words for key, words in lines]
    return out


def trace(id: str, keys: list[int], *lines: tuple[int, int]) -> bytes:
    return pack(id, PageLines(np.array(keys, np.uint32), longest(*lines)))


def count(traces, keys, *lines, without=(), related=()):
    asked, top = np.array(keys, np.uint32), longest(*lines)
    return repeated(traces, asked, longest=top, without=without, related=related)


def test_lines_are_counted_by_page() -> None:
    traces = [trace("a", [1, 2], (10, 30)), trace("b", [2, 3], (11, 30)), trace("c", [2], (12, 30))]
    found = count(traces, [2, 9, 1, 2], (13, 30))
    assert (found.pages.tolist(), found.known) == ([3, 0, 1, 3], 3)
    found = count(traces, [2, 1], (13, 30), without=["a", "elsewhere"])
    assert (found.pages.tolist(), found.known) == ([2, 0], 2)
    assert count([], [1]).pages.tolist() == [0] and count(traces, []).pages.tolist() == []


def test_copies_of_the_page_do_not_count_and_copies_of_each_other_once() -> None:
    own = ((10, 60), (11, 40))
    traces = [
        trace("copy", [1], *own),
        trace("half", [1], (10, 60), (99, 60)),
        trace("x", [1], (20, 50), (21, 20)),
        trace("y", [1], (20, 50), (22, 20)),
        trace("z", [1], (23, 50), (21, 20)),  # the shorter line only
    ]
    found = count(traces, [1], *own)
    assert (found.pages.tolist(), found.known) == ([2], 2)


def test_pages_that_are_said_to_be_related_are_copies_if_a_long_line_is_the_same() -> None:
    own = ((10, 60), (11, 60), (12, 60))
    traces = [
        trace("part", [1], (10, 60), (13, 60), (14, 60)),
        trace("other", [1], (15, 60)),
        trace("near", [1], (16, 60)),
    ]
    assert count(traces, [1], *own).known == 3
    found = count(traces, [1], *own, related=["part", "other"], without=["near"])
    assert (found.pages.tolist(), found.known) == ([1], 1)


def test_pages_without_long_lines_are_no_copies() -> None:
    found = count([trace("a", [1]), trace("b", [1])], [1])
    assert found.pages.tolist() == [2]


pages = st.lists(
    st.tuples(
        st.sampled_from("abcdef"),
        st.frozensets(st.integers(0, 8), min_size=1, max_size=6),
        st.lists(st.tuples(st.integers(1, 5), st.integers(1, 40)), max_size=3, unique=True),
    ),
    max_size=8,
)


@settings(deadline=None)
@given(pages, st.lists(st.integers(0, 8), max_size=6), st.sampled_from("abcdef"))
def test_counts_are_those_of_plain_python(held, asked, own) -> None:
    traces = [trace(id, sorted(keys), *lines) for id, keys, lines in held]
    kept = [(keys, set(lines)) for id, keys, lines in held if id != own]
    heads: list[set] = []
    group = []
    for _, lines in kept:
        same = [
            i for i, head in enumerate(heads)
            if head & lines
            and sum(w for _, w in head & lines)
            >= 0.5 * min(sum(w for _, w in head), sum(w for _, w in lines))
        ]  # fmt: skip
        if not same:
            heads.append(lines)
        group.append(same[0] if same else len(heads) - 1)
    holders = {(k, g) for (keys, _), g in zip(kept, group, strict=True) for k in keys}
    expected = [sum(1 for k, _ in holders if k == key) for key in asked]
    found = count(traces, asked, without=[own])
    assert found.pages.tolist() == expected and found.known == len(heads)


def test_damaged_traces_are_said() -> None:
    good = trace("a", [1], (10, 30))
    assert whose(good) == whose(trace("a", [2]))
    for bad in (b"", good[:-1], good[: 4 * LONGEST]):
        with pytest.raises(IndexCorruptError):
            count([bad], [1])


def test_a_trace_is_small() -> None:
    keys = list(range(MOST_LINES))
    assert len(trace("a" * 500, keys, (1, 1))) == 5 + 4 * LONGEST + 3 * MOST_LINES


def test_sites_are_registered_domains() -> None:
    here = site_of("https://www.lemonde.fr/article?id=3")
    assert here == site_of("http://blog.LeMonde.fr") and len(here) == 8
    assert here != site_of("https://lemonde.com/")
    assert site_of("http://10.0.0.1/x") != site_of("http://10.0.0.2/x")
    assert [site_of(url) for url in (None, "", "  ", "/only/a/path")] == [b""] * 4


def test_who_leaves_what() -> None:
    lines = PageLines(np.array([5], np.uint32), longest((10, 30)))
    document = Document("a", "text", url="https://example.org/")
    assert left_by(document, lines) == (site_of("example.org"), pack("a", lines))
    nothing = (b"", b"")
    assert left_by(document, None) == nothing
    assert left_by(document, PageLines(np.empty(0, np.uint32), longest())) == nothing
    assert left_by(Document("a", "text"), lines) == nothing


def test_the_latest_documents_of_each_site() -> None:
    rng = random.Random(1)
    sites = [rng.choice(["a.org", "b.org", None]) for _ in range(200)]
    documents = [
        Document(str(i), "", url=f"https://www.{site}/{i}" if site else None)
        for i, site in enumerate(sites)
    ]
    expected = sorted(
        number
        for name in ("a.org", "b.org")
        for number in [i for i, site in enumerate(sites) if site == name][-7:]
    )
    assert latest(documents, 7) == expected
    assert latest([Document("x", "")] * 3, 7) == []
