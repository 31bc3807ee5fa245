"""Posting lists in bytes, beside dictionaries of lists."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from dupdetect.kernels.lists import LONGEST, lookup
from dupdetect.kernels.postings import (
    HASH_BITS,
    LIST_CAP,
    MORE,
    NUMBER_BITS,
    decode,
    encode,
    new_postings,
)

NOBODY = np.empty(0, np.uint8)
#: Documents of a segment: their numbers are below.
COUNT = 1000


class Encoded:
    """Lists by key as bytes; keys have 40 bits."""

    def __init__(self, lists: Mapping[int, list[int]], bits: int) -> None:
        self.bits, self.width = bits, -(-(HASH_BITS - bits) // 8)
        values = [key << NUMBER_BITS | number for key, mine in lists.items() for number in mine]
        postings = np.sort(np.array(values, np.uint64))
        self.data = np.zeros(len(postings) * (self.width + 4) + 2000, np.uint8)
        self.offsets = np.zeros((1 << bits) + 1, np.uint32)
        size = encode(postings, bits, 0, self.width, self.data, self.offsets, 0)
        assert size >= 0
        self.data = self.data[:size].copy()

    def table(self, *, first: int = 0) -> NDArray[np.int64]:
        place = self.offsets.ctypes.data, self.data.ctypes.data
        row = [*place, len(self.data), self.bits, self.width, first, COUNT]
        return np.array([row], np.int64)

    def decoded(self, dead: NDArray[np.uint8] = NOBODY, *, first: int = 0) -> list[int] | None:
        out = np.empty(len(self.data) // 3 + 1, np.uint64)
        n = decode(
            self.offsets, self.data, self.bits, self.width, COUNT, 0, 1 << self.bits, 0, first,
            dead, out,
        )  # fmt: skip
        return None if n < 0 else out[:n].tolist()


def asked(table: NDArray[np.int64], keys: list[int], cap: int) -> list[tuple[list[int], int]]:
    """What each key leads to, and the size that is told of its list."""
    numbers = np.empty(len(keys) * cap + LONGEST, np.int64)
    start, sizes = np.empty(len(keys) + 1, np.int64), np.empty(len(keys), np.int64)
    status = lookup(table, np.array(keys, np.uint64), cap, NOBODY, numbers, start, sizes)
    assert status == 0
    return [(numbers[start[i] : start[i + 1]].tolist(), int(sizes[i])) for i in range(len(keys))]


KEYS = st.one_of(st.integers(0, 15), st.integers(0, (1 << HASH_BITS) - 1))
NUMBERS = st.sets(st.integers(0, COUNT - 1), min_size=1, max_size=12)


@given(lists=st.dictionaries(KEYS, NUMBERS, max_size=20), bits=st.integers(0, 9))
def test_what_was_written_is_read(lists: dict[int, set[int]], bits: int) -> None:
    """Any number of lists in any number of buckets, in the order of keys and numbers."""
    written = {key: sorted(mine) for key, mine in lists.items()}
    encoded = Encoded(written, bits)
    assert encoded.decoded() == [
        key << NUMBER_BITS | number for key in sorted(written) for number in written[key]
    ]
    keys = [*written, *(key ^ 1 for key in written)]
    assert asked(encoded.table(first=5), keys, 20) == [
        ([5 + n for n in written.get(key, [])], len(written.get(key, []))) for key in keys
    ]


@pytest.mark.parametrize("length", [1, 2, 3, LIST_CAP - 1, LIST_CAP])
@pytest.mark.parametrize("cap", [1, 2, LIST_CAP - 1, LIST_CAP])
def test_lists_of_all_lengths_up_to_a_cap(length: int, cap: int) -> None:
    """A list is read up to the cap, and a longer one is told."""
    encoded = Encoded({7: list(range(length)), 8: [3]}, 2)
    assert asked(encoded.table(), [7, 8, 9], cap) == [
        (list(range(min(length, cap))), min(length, cap + 1)), ([3], 1), ([], 0),
    ]  # fmt: skip


def test_a_list_is_cut_and_says_so() -> None:
    """Of a longer list so many documents are kept, and the mark that there were more."""
    encoded = Encoded({7: list(range(LIST_CAP + 50)), 9: [1]}, 3)
    kept = [7 << NUMBER_BITS | n for n in [*range(LIST_CAP), MORE]]
    assert encoded.decoded() == [*kept, 9 << NUMBER_BITS | 1]
    (found, size), other = asked(encoded.table(), [7, 9], LIST_CAP)
    assert (found, size, other) == (list(range(LIST_CAP)), LIST_CAP + 1, ([1], 1))


def test_a_cut_list_stays_cut_when_its_documents_are_gone() -> None:
    """Others may still stand under its key: nobody knows."""
    encoded = Encoded({7: list(range(LIST_CAP + 50))}, 3)
    dead = np.full(-(-COUNT // 8), 255, np.uint8)
    left = encoded.decoded(dead)
    assert left == [7 << NUMBER_BITS | MORE]
    again = Encoded({7: [MORE]}, 3)
    assert again.decoded() == left
    assert asked(again.table(), [7], 5) == [([], 6)]


@given(at=st.integers(0, 400), value=st.integers(0, 255), bits=st.integers(0, 6))
def test_damaged_bytes_are_noticed_or_read_as_other_lists(at: int, value: int, bits: int) -> None:
    """Nothing is read outside of the lists, and no document that the segment does not have."""
    encoded = Encoded({key * 977: list(range(key % 7 + 1)) for key in range(20)}, bits)
    encoded.data[at % len(encoded.data)] = value
    found = encoded.decoded()
    assert found is None or all(n & MORE < COUNT or n & MORE == MORE for n in found)
    numbers = np.empty(40 * 20 + LONGEST, np.int64)
    keys = np.arange(20, dtype=np.uint64) * np.uint64(977)
    start, sizes = np.empty(21, np.int64), np.empty(20, np.int64)
    status = lookup(encoded.table(), keys, 40, NOBODY, numbers, start, sizes)
    assert status == 1 or (status == 0 and numbers[: start[-1]].max(initial=0) < COUNT)


def test_lists_need_the_room_of_their_keys() -> None:
    """Too little room is told, not overrun."""
    postings = np.arange(100, dtype=np.uint64) << np.uint64(NUMBER_BITS + 30)
    offsets = np.zeros(2, np.uint32)
    assert encode(postings, 0, 0, 5, np.zeros(50, np.uint8), offsets, 0) == -1


@given(
    lists=st.lists(st.lists(KEYS, max_size=9), max_size=30),
    hot=st.lists(KEYS, max_size=2),
    many=st.sampled_from([0, 1, 200]),
)
def test_new_postings_are_sorted(lists: list[list[int]], hot: list[int], many: int) -> None:
    """By hash, then by document; of keys that many documents have too."""
    lists = [*lists, *(list(hot) for _ in range(many))]
    joined = np.array([key for mine in lists for key in mine], np.uint64)
    lengths = np.array([len(mine) for mine in lists], np.int64)
    wanted = sorted(key << NUMBER_BITS | i for i, mine in enumerate(lists) for key in mine)
    assert new_postings(joined, lengths).tolist() == wanted
