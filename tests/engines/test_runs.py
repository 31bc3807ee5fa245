"""Arrays and sets of pairs on disk."""

from __future__ import annotations

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from dupdetect.engines import runs
from dupdetect.engines.runs import GrowingArray, PairRuns
from dupdetect.kernels.group import encode_pairs, sorted_unique

pair = st.tuples(st.integers(0, 40), st.integers(41, 60))


@settings(deadline=None)
@given(st.lists(st.lists(pair, max_size=12), max_size=6))
def test_runs_hold_the_set_in_order(tmp_path_factory, parts):
    folder = tmp_path_factory.mktemp("runs")
    before, runs._SPAN = runs._SPAN, 7
    try:
        pairs = PairRuns(folder, "x")
        for part in parts:
            pairs.add(encode_pairs(*np.array(part, np.int64).reshape(-1, 2).T))
        found = [code for span in sorted(pairs.spans()) for code in pairs.of_span(span).tolist()]
        assert found == sorted({a << 32 | b for part in parts for a, b in part})
        assert len(pairs.of_span(99)) == 0
        pairs.remove()
        assert not list(folder.iterdir())
    finally:
        runs._SPAN = before


def test_an_array_grows_and_is_mapped(tmp_path):
    array = GrowingArray(tmp_path / "a", np.int32)
    array.append(np.array([1, 2]))
    array.append(np.array([], np.int64))
    array.append(np.array([3], np.uint8))
    assert array.mapped().tolist() == [1, 2, 3] and array.mapped().dtype == np.int32
    assert GrowingArray(tmp_path / "b", np.uint64).mapped().tolist() == []


@settings(deadline=None)
@given(st.lists(st.integers(0, 2**64 - 1)))
def test_sorted_unique_is_what_numpy_finds(values):
    array = np.array(values, np.uint64)
    assert np.array_equal(sorted_unique(array), np.unique(array))
