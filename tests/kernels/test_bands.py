"""Band keys agree exactly when the band's values do."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from dupdetect.kernels.bands import band_keys
from dupdetect.text import reference

VALUES = st.integers(0, 2**32 - 1)


@given(st.lists(st.lists(VALUES, min_size=12, max_size=12), min_size=1, max_size=4))
def test_equals_its_twin(signatures: list[list[int]]) -> None:
    keys = band_keys(np.array(signatures, np.uint32), 4, 3)
    assert keys.tolist() == [reference.band_keys(signature, 4, 3) for signature in signatures]


@given(st.lists(VALUES, min_size=12, max_size=12), st.integers(0, 11), VALUES)
def test_a_changed_value_changes_its_band_only(values: list[int], at: int, value: int) -> None:
    changed = [*values]
    changed[at] = value
    keys = band_keys(np.array([values, changed], np.uint32), 4, 3)
    differs = [keys[0, band] != keys[1, band] for band in range(4)]
    assert differs == [band == at // 3 and values[at] != value for band in range(4)]


def test_bands_of_equal_values_have_different_keys() -> None:
    keys = band_keys(np.zeros((1, 126), np.uint32), 42, 3)
    assert len(set(keys[0].tolist())) == 42


def test_values_past_the_last_band_do_not_count() -> None:
    signatures = np.zeros((2, 128), np.uint32)
    signatures[1, 126:] = 7
    keys = band_keys(signatures, 42, 3)
    assert np.array_equal(keys[0], keys[1])
