"""The sketch of one text in one array is that of a batch of it."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dupdetect.config import AnchorConfig, Config, ShingleConfig
from dupdetect.errors import TextError
from dupdetect.quality.boilerplate import masks
from dupdetect.sketch.batch import SketchBatch, sketch_texts
from dupdetect.sketch.one import known_of, sketch_alone, unpacked

KNOWN = known_of(Config())
WORDS = st.sampled_from(
    ["Le", "ministre", "Dupont", "a", "dit", "12", "000", "vingt-trois", "«", "»", ".", "\n", "été",
     "Москва", "東京", "don’t", "x" * 40, "5,5", "2026", "Saint-Étienne", "\u200b", "ﬁ"]
)  # fmt: skip
TEXTS = st.one_of(st.text(max_size=60), st.lists(WORDS, max_size=120).map(" ".join))


def same(one: SketchBatch, other: SketchBatch) -> None:
    mine, theirs = one.to_arrays(), other.to_arrays()
    assert list(mine) == list(theirs)
    for name, array in mine.items():
        assert array.dtype == theirs[name].dtype and array.shape == theirs[name].shape, name
        # A text too short for a signature has a row of whatever there was.
        if name not in ("signatures", "bands") or one.has_signature[0]:
            assert np.array_equal(array, theirs[name]), name


@settings(deadline=None, max_examples=150)
@given(TEXTS, st.data())
def test_it_is_that_of_a_batch(text: str, data: st.DataObject) -> None:
    cuts = data.draw(st.lists(st.integers(0, len(text)), max_size=6, unique=True).map(sorted))
    spans = list(zip(cuts[::2], cuts[1::2], strict=False))
    batch = sketch_texts([text, ""], Config(), masks([spans, ()]))
    own = unpacked(sketch_alone(text, KNOWN, spans)).to_arrays()
    whole = SketchBatch.from_arrays(own)
    same(SketchBatch.concat([whole, unpacked(sketch_alone("", KNOWN))]), batch)


def test_settings_are_kept() -> None:
    config = Config(
        shingle=ShingleConfig(size=2, bands=16, rows=4, permutations=64, min_tokens=4),
        anchor=AnchorConfig(keys=8, window=3),
    )
    text = "Le maire de Lyon a promis 300 logements avant 2027 à Vénissieux et à Bron."
    same(unpacked(sketch_alone(text, known_of(config))), sketch_texts([text], config))


def test_lone_surrogates_are_refused() -> None:
    with pytest.raises(TextError):
        sketch_alone("a \ud800 b", KNOWN)
