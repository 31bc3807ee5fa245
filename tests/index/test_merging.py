"""Which segments are merged, when: few are left, and no document is written often."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from dupdetect.index.stores.merging import AT_REST, IN_PASSING, plan
from dupdetect.index.stores.segment import MAX_DOCUMENTS
from dupdetect.index.stores.state import Part


def part(documents: int, count: int | None = None) -> Part:
    """A segment of so many documents; ``count`` with those that are gone."""
    return Part("", 1, documents if count is None else count, documents, 0, 0)


def merged(sizes: list[int], ratio: int) -> tuple[list[int], int]:
    """Sizes when nothing more is due, and how many documents were written for that."""
    written = 0
    while (begin := plan([part(size) for size in sizes], ratio=ratio)) < len(sizes):
        sizes = [*sizes[:begin], sum(sizes[begin:])]
        written += sizes[-1]
    return sizes, written


@given(segments=st.integers(1, 600), at_once=st.integers(1, 40))
def test_few_segments_are_left_and_no_document_is_written_often(
    segments: int, at_once: int
) -> None:
    """However many come while others are merged."""
    sizes: list[int] = []
    total = 0
    for begin in range(0, segments, at_once):
        sizes += [1] * min(at_once, segments - begin)
        sizes, written = merged(sizes, IN_PASSING)
        total += written
    digits = segments.bit_length()
    assert sum(sizes) == segments
    assert len(sizes) <= digits
    assert total <= segments * digits
    resting, written = merged(sizes, AT_REST)
    assert sum(resting) == segments and written <= segments
    assert all(size > AT_REST * sum(resting[i + 1 :]) for i, size in enumerate(resting[:-1]))


def test_what_is_added_to_a_large_segment_is_merged_apart() -> None:
    """A million documents are not written again for a few thousand."""
    assert merged([1_000_000, 4_096, 4_096], AT_REST) == ([1_000_000, 8_192], 8_192)


def test_a_segment_whose_documents_are_gone_is_merged_with_the_next() -> None:
    """It need not have any: alone it stays."""
    assert plan([part(0, 100), part(50)]) == 0
    assert plan([part(90), part(0, 100)]) == 2
    assert plan([part(0, 100)]) == 1
    assert plan([]) == 0


def test_segments_that_do_not_fit_into_one_stay_apart() -> None:
    """A segment numbers its documents with 23 bits."""
    half = MAX_DOCUMENTS // 2 + 1
    assert plan([part(half), part(half)], ratio=AT_REST) == 2
    assert plan([part(half), part(half), part(7), part(8)], ratio=AT_REST) == 2
    assert plan([part(half), part(half - 100, half - 2), part(5)], ratio=AT_REST) == 3
