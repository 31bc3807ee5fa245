"""Which candidates are worth verifying, by what cheap looks saw."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dupdetect.config import Config
from dupdetect.index import records
from dupdetect.index.likely import LEAST as SHIPPED
from dupdetect.index.likely import most_alike
from dupdetect.index.sketches import pack
from dupdetect.index.stores.base import placed
from dupdetect.kernels.likely import Least, strongest, worth
from dupdetect.kernels.looks import look
from dupdetect.quality.boilerplate import Masks
from dupdetect.records import Document
from dupdetect.sketch.batch import sketch_texts

LEAST = Least(shingles=0.5, same=0.3, alone=0.4, across=0.05)


@pytest.mark.parametrize(
    ("look", "enough"),
    [
        ((0, 0.25, 0.11), True),
        ((0, 0.15, 0.29), False),
        ((0, 0.0, 0.41), True),  # a page without anchors
        ((0, 0.0, 0.39), False),
        ((0, 0.25, 0.0), False),
        ((1, 0.06, 0.0), True),
        ((1, 0.04, 0.9), False),
    ],
)
def test_what_is_enough(look, enough):
    assert worth(np.array([look], np.float32), LEAST).tolist() == [0] * enough


@settings(deadline=None, max_examples=50)
@given(
    st.lists(st.tuples(st.integers(0, 3), st.integers(0, 5)), max_size=60),
    st.integers(1, 42), st.integers(0, 256), st.integers(1, 50),
)  # fmt: skip
def test_the_strongest_candidates_stay(shared, n_bands, n_keys, most):
    bands, keys = np.array(shared, np.int64).reshape(-1, 2).T.copy()
    strength = bands / n_bands + keys / max(n_keys, 1)
    wanted = sorted(range(len(shared)), key=lambda i: (-strength[i], i))[:most]
    assert strongest(bands, keys, n_bands, n_keys, most).tolist() == wanted


@settings(deadline=None, max_examples=50)
@given(st.lists(st.tuples(st.integers(0, 1), st.floats(0, 1), st.floats(0, 1)), max_size=40))
def test_the_most_alike_come_first_and_equals_in_their_order(looks):
    rows = np.array(looks, np.float32).reshape(-1, 3)
    anchors, shingles = rows[:, 1:].astype(np.float64).T
    same = np.maximum((anchors + LEAST.shingles * shingles) / LEAST.same, shingles / LEAST.alone)
    degrees = np.where(rows[:, 0] > 0, anchors / LEAST.across, same)
    found = worth(rows, LEAST).tolist()
    assert found == sorted(found, key=lambda i: (-degrees[i], i))
    assert set(found) >= set(np.flatnonzero((rows[:, 0] == 0) & (rows[:, 1] >= 0.4)).tolist())


def test_shingles_alone_are_enough_where_furniture_has_no_anchors():
    config = Config()
    menu = " ".join(f"rubrique{word} menu{word}" for word in "abcdefghijklmnopqrstuvwxyz")
    texts = [
        f"{menu} Kowalczyk inaugure la passerelle de Vaubrun devant Jourdheuil",
        f"{menu} Szymborska quitte le conservatoire de Trescault avec Meurisse",
    ]
    furniture = Masks(
        np.arange(3, dtype=np.int64), np.zeros(2, np.int64), np.full(2, len(menu), np.int64)
    )
    batch = sketch_texts(texts, config, furniture)
    record = records.pack(Document(id="b", text=texts[1]), sketch=pack(batch)[1], keep_text=False)
    places, stems, skeletons = placed([b"b"], [record]), batch.stems, batch.skeletons
    own = (view[: doc[1]] for doc, view in (
        (batch.set_doc, batch.shingle_set), (stems.doc, stems.key), (stems.doc, stems.weight),
        (skeletons.doc, skeletons.key), (skeletons.doc, skeletons.weight),
    ))  # fmt: skip
    looks = look(*own, 0, SHIPPED, places.record, places.end)
    mine, theirs = (batch.shingles[a:b] for a, b in pairwise(batch.shingle_doc))
    share = np.isin(theirs, mine).sum() / len(theirs)
    assert looks[0, 1] < SHIPPED.same / 2
    assert len(mine) == len(theirs) and looks[0, 2] == pytest.approx(share)
    assert worth(looks, SHIPPED).tolist() == [0]
    assert most_alike(batch, 0, None, places).tolist() == [0]
