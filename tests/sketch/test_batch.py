"""Sketches of a batch: each document's are its own, and batches can be joined and taken apart."""

from __future__ import annotations

from dataclasses import replace
from typing import Any, NamedTuple

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dupdetect.config import AnchorConfig, Config, ShingleConfig
from dupdetect.errors import ModelError, TextError
from dupdetect.sketch.batch import SketchBatch, View, sketch_texts
from dupdetect.text import anchors_reference as twin
from dupdetect.text import reference

CONFIG = Config(shingle=ShingleConfig(permutations=12, bands=4), anchor=AnchorConfig(keys=8))
CLAUSES = st.sampled_from(
    ["Le maire Vaucelin a visité Skerrowick", "« Lormeau perd 1 500 emplois »", "oui", "東京",
     "Six ingénieurs de Bandolieres ont quitté Lormeau en 2019, selon Zwickau"]
)  # fmt: skip
TEXTS = st.one_of(
    st.lists(CLAUSES, max_size=6).map(". ".join),
    st.text(st.characters(exclude_categories=["Cs"]), max_size=40),
)
BATCHES = st.lists(TEXTS, max_size=4)


def sketch(texts: list[str]) -> SketchBatch:
    return sketch_texts(texts, CONFIG)


def assert_equal(one: SketchBatch, other: SketchBatch) -> None:
    ours, theirs = one.to_arrays(), other.to_arrays()
    assert ours.keys() == theirs.keys()
    for name, array in ours.items():
        assert array.dtype == theirs[name].dtype, name
        assert np.array_equal(array, theirs[name]), name


def rows(batch: SketchBatch, d: int) -> dict[str, list[Any]]:
    """All that the batch says about one document."""
    doc_of = {
        "flags": batch.word_doc, "shingles": batch.shingle_doc, "shingle_set": batch.set_doc,
        "keys": batch.key_doc,
    }  # fmt: skip
    out = {name: getattr(batch, name)[doc[d] : doc[d + 1]] for name, doc in doc_of.items()}
    for name in ("n_sentences", "signatures", "has_signature", "bands", "n_words"):
        out[name] = getattr(batch, name)[d]
    for name, view in (("stems", batch.stems), ("skeletons", batch.skeletons)):
        for part in ("key", "weight", "kind", "sentence", "token"):
            out[f"{name}.{part}"] = getattr(view, part)[view.doc[d] : view.doc[d + 1]]
    return {name: np.asarray(value).tolist() for name, value in out.items()}


@settings(deadline=None)
@given(BATCHES)
def test_a_document_is_sketched_as_if_it_were_alone(texts: list[str]) -> None:
    batch = sketch(texts)
    assert len(batch) == len(texts)
    for number, text in enumerate(texts):
        assert rows(batch, number) == rows(sketch([text]), 0)


@settings(deadline=None)
@given(BATCHES, BATCHES)
def test_joining_sketches_is_sketching_all(a: list[str], b: list[str]) -> None:
    assert_equal(SketchBatch.concat([sketch(a), sketch(b)]), sketch(a + b))


@settings(deadline=None)
@given(BATCHES)
def test_arrays_make_the_batch_again(texts: list[str]) -> None:
    batch = sketch(texts)
    assert_equal(SketchBatch.from_arrays(batch.to_arrays()), batch)


@settings(deadline=None)
@given(TEXTS)
def test_views_and_keys_are_those_of_the_twin(text: str) -> None:
    found = rows(sketch([text]), 0)
    tokens = reference.tokenize(text)
    anchors = twin.anchors(tokens, twin.background(), 98)
    for name, across in (("stems", False), ("skeletons", True)):
        for part in ("key", "weight", "kind", "sentence", "token"):
            entries = twin.view(anchors, across=across)
            assert found[f"{name}.{part}"] == [getattr(entry, part) for entry in entries]
    pairs = twin.anchor_pairs(anchors, CONFIG.anchor.window)
    assert found["keys"] == twin.sample_pairs(pairs, CONFIG.anchor.keys)
    assert found["n_sentences"] == max(1, len(set(twin.sentences(tokens))))
    assert found["flags"] == [token.flags for token in tokens]


def test_arrow_and_python_strings_give_the_same() -> None:
    texts = ["Le maire Vaucelin a visité Skerrowick.", "", "Lormeau perd 1 500 emplois."]
    assert_equal(sketch_texts(pa.array([texts[0], None, texts[2]]), CONFIG), sketch(texts))


def test_an_empty_batch_and_an_empty_text() -> None:
    assert len(sketch([])) == 0
    assert sketch([""]).n_words.tolist() == [0]
    assert sketch([""]).n_sentences.tolist() == [1]
    assert_equal(SketchBatch.concat([sketch([]), sketch([""])]), sketch([""]))


@pytest.mark.parametrize(("words", "signed"), [(0, False), (11, False), (12, True)])
def test_short_texts_have_no_signature(words: int, signed: bool) -> None:
    text = " ".join(f"mot{number}" for number in range(words))
    assert sketch([text]).has_signature.tolist() == [signed]


@pytest.mark.parametrize(
    "name", ["keys", "word_doc", "stems.doc", "skeletons.weight", "has_signature"]
)
def test_a_missing_field_is_named(name: str) -> None:
    arrays = sketch(["Vaucelin"]).to_arrays()
    del arrays[name]
    with pytest.raises(ModelError, match=name):
        SketchBatch.from_arrays(arrays)


def test_bytes_are_counted() -> None:
    batch = sketch(["Le maire Vaucelin a visité Skerrowick."])
    assert batch.nbytes == sum(array.nbytes for array in batch.to_arrays().values()) > 0


def test_a_lone_surrogate_is_refused_by_name_and_place() -> None:
    with pytest.raises(TextError, match=r"text 1 .*U\+D83D at character 3"):
        sketch(["bon", "mau\ud83dvais"])


def test_the_configured_number_of_keys_is_an_upper_bound() -> None:
    text = " ".join(f"Vaucelin{chr(97 + a)}{chr(97 + b)}" for a in range(20) for b in range(5))
    for keys in (1, 7, 64):
        anchor = AnchorConfig(keys=keys, window=6)
        batch = sketch_texts([text], replace(CONFIG, anchor=anchor))
        assert batch.keys.size == keys
        assert (np.diff(batch.keys.astype(object)) > 0).all()


def test_views_are_sorted() -> None:
    view: View = sketch(["Vaucelin a vu Skerrowick. Lormeau a vu Vaucelin."]).stems
    assert (np.diff(view.key.astype(np.int64)) >= 0).all()
    assert view.key.size >= 4


class Hidden(NamedTuple):
    doc: np.ndarray
    start: np.ndarray
    end: np.ndarray


@settings(deadline=None)
@given(TEXTS, st.lists(st.integers(0, 120), max_size=6, unique=True))
def test_one_text_is_sketched_as_among_many(text: str, edges: list[int]) -> None:
    spans = np.array(sorted(edges)[: len(edges) // 2 * 2], np.int64).reshape(-1, 2)
    start, end = spans[:, 0].copy(), spans[:, 1].copy()
    alone = Hidden(np.array([0, len(spans)]), start, end)
    among = Hidden(np.array([0, len(spans), len(spans)]), start, end)
    other = "Six ingénieurs de Bandolieres ont quitté Lormeau en 2019"
    wanted = SketchBatch.concat([sketch_texts([text], CONFIG, alone), sketch([other])])
    assert_equal(sketch_texts([text, other], CONFIG, among), wanted)
    assert_equal(sketch_texts((text,), CONFIG, alone), sketch_texts([text], CONFIG, alone))
