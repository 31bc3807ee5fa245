"""Tables give back what was put in, and nothing else."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dupdetect.data import load_arrays
from dupdetect.kernels.tables import (
    build_filter,
    build_table,
    look_up,
    lookup,
    pack_table,
    passes,
)
from dupdetect.sketch.background import background

#: Keys that share their places and the bits that a slot holds, and others.
KEYS = st.one_of(
    st.integers(0, 2**32 - 1),
    st.tuples(st.integers(0, 3), st.integers(0, 255), st.integers(0, 3)).map(
        lambda parts: parts[0] << 12 | parts[1] << 4 | parts[2]
    ),
)


def found(table: np.ndarray, keys: np.ndarray, absent: int) -> list[int]:
    values = np.empty(keys.size, np.uint8)
    look_up(table, keys, absent, values, np.empty(keys.size, np.int64))
    return values.tolist()


@given(st.dictionaries(st.integers(1, 2**32 - 1), st.integers(0, 255), max_size=60))
def test_a_table_gives_back_what_was_put_in(content: dict[int, int]) -> None:
    keys = np.array(list(content), np.uint32)
    table = build_table(keys, np.array(list(content.values()), np.uint8), 128)
    assert {key: lookup(*table, np.uint32(key), -1) for key in content} == content
    absent = next(key for key in range(1, 100) if key not in content)
    assert lookup(*table, np.uint32(absent), -1) == -1


@given(st.dictionaries(KEYS, st.integers(0, 254), max_size=14), st.lists(KEYS), st.integers(0, 255))
def test_a_packed_table_gives_back_what_was_put_in(
    content: dict[int, int], others: list[int], absent: int
) -> None:
    keys = np.array(list(content), np.uint32)
    table = pack_table(keys, np.array(list(content.values()), np.uint8), 12)
    asked = np.array([*content, *others], np.uint32)
    assert found(table, asked, absent) == [content.get(key, absent) for key in asked.tolist()]


def test_keys_too_close_together_for_a_packed_table_are_refused() -> None:
    keys = np.arange(16, dtype=np.uint32) << np.uint32(12)
    assert pack_table(keys[:15], np.zeros(15, np.uint8), 12).size == 1 << 12
    assert pack_table(keys, np.zeros(16, np.uint8), 12).size == 0


@given(st.sets(st.integers(0, 2**32 - 1), max_size=40))
def test_a_filter_passes_all_that_are_in_it(keys: set[int]) -> None:
    bits = build_filter(np.array(list(keys), np.uint32))
    assert all(passes(bits, np.uint32(key)) for key in keys)
    assert sum(passes(bits, np.uint32(key)) for key in range(4096)) <= len(keys)


@pytest.mark.parametrize("kind", ["stem", "skeleton"])
def test_the_background_has_all_that_is_shipped(kind: str) -> None:
    stored = load_arrays("background.npz")
    keys, zipf = stored[f"{kind}_keys"], stored[f"{kind}_zipf"]
    table = getattr(background(), f"{kind}s")
    assert found(table, keys, 0) == zipf.tolist()
    others = np.setdiff1d(np.random.default_rng(3).integers(0, 2**32, 100_000, np.uint32), keys)
    assert set(found(table, others, 251)) == {251}
