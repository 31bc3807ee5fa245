"""Packed sketches: nothing is lost that is measured, and what is damaged is noticed."""

from __future__ import annotations

from dataclasses import fields

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dupdetect.config import Config
from dupdetect.errors import IndexCorruptError
from dupdetect.index.likely import Likely
from dupdetect.index.records import pack as pack_record
from dupdetect.index.sketches import joined, pack, unpack
from dupdetect.index.stores.base import placed
from dupdetect.kernels.beside import put_beside
from dupdetect.kernels.compact import IN_QUOTE
from dupdetect.records import Document
from dupdetect.sketch.batch import View, laid_out, sketch_texts
from dupdetect.verify import verify_known, verify_pairs

TEXTS = [
    "Le maire de Villeneuve, Gaston Perrichot, a dit : « Le plan de 4,5 millions d'euros est prêt, "
    "et nous commencerons en septembre. » Les travaux de la piscine Tournesol dureront 18 mois, "
    "selon Odile Kermarrec. " + "Deux cent trente nageurs attendent à Saint-Brieuc. " * 3,
    "", "x", "Trois petits mots", "« Tout entre guillemets, du début à la fin, sans rien dehors »",
    " ".join(f"Mot{i}" for i in range(3000)), "数字 中文 的 句子。 没有 空格 的 文字。" * 20,
]  # fmt: skip
WORDS = ["le", "Paris", "12", "3,5", "«", "»", ".", "!", "Kermarrec", "soixante-dix", "été", "北京"]
words = st.sampled_from([*WORDS, "", "\n"])


def arrays(batch):
    found = batch.to_arrays()
    return found | {"flags": found["flags"] & IN_QUOTE}


@settings(deadline=None, max_examples=60)
@given(st.lists(st.lists(words, max_size=80).map(" ".join), min_size=1, max_size=4))
def test_a_batch_is_the_same_after_packing(texts):
    batch = sketch_texts([*texts, *TEXTS], Config())
    again = arrays(unpack(pack(batch), Config()))
    for name, values in arrays(batch).items():
        np.testing.assert_array_equal(values, again[name], err_msg=name)


def test_the_verdict_is_the_same_from_packed_sketches():
    texts = [TEXTS[0], TEXTS[0].replace("18 mois", "deux ans"), TEXTS[0][100:], TEXTS[4], TEXTS[5]]
    batch = sketch_texts(texts, Config())
    pairs = np.array([[i, j] for i in range(5) for j in range(i)])
    arguments = {"languages": ["fr", "fr", "en", "fr", "und"], "config": Config()}
    fresh = verify_pairs(batch, pairs, **arguments)
    packed = verify_pairs(unpack(pack(batch), Config(), keys=False), pairs, **arguments)
    for name in ("kind", "score", "jaccard", "containment_a", "containment_b", "direction"):
        np.testing.assert_array_equal(getattr(fresh, name), getattr(packed, name))


@pytest.mark.parametrize("across", [False, True])
@settings(deadline=None, max_examples=30)
@given(rows=st.lists(st.integers(0, len(TEXTS) - 1), max_size=4), first=st.integers(0, len(TEXTS)))
def test_sketches_put_beside_a_batch_are_those_of_unpacking_all(across, rows, first):
    batch = sketch_texts(TEXTS, Config())
    packed = pack(batch)
    wanted = arrays(unpack([*(packed[row] for row in rows), *packed[first:]], Config(), keys=False))
    chosen = np.array(rows, np.int64)
    words, stems, skeletons, bad = put_beside(
        *laid_out(batch), chosen, *joined(packed[first:]), Config().shingle.size, across
    )
    assert bad == 0
    found = words._asdict()
    found_names = {*found, "stems", "skeletons"}
    for name, view in (("stems", View(*stems)), ("skeletons", View(*skeletons))):
        found |= {f"{name}.{field.name}": getattr(view, field.name) for field in fields(view)}
    for name, values in wanted.items():
        if name.partition(".")[0] in found_names and (across or "skeletons" not in name):
            np.testing.assert_array_equal(values, found[name], err_msg=name)
    assert len(found["skeletons.doc"]) == len(rows) + len(packed[first:]) + 1


def test_damage_of_what_is_put_beside_is_said():
    batch = sketch_texts(TEXTS[:1], Config())
    whole = pack(batch)[0]
    asked = Document(id="q", text="", language="fr")
    records = [pack_record(asked, sketch=sketch) for sketch in (whole, whole[:-1])]
    for last, said in ((records[1], "sketch 1 of 2 is damaged"), (records[0][:-1], "checksum")):
        known = Likely(placed([b"q", b"q"], [records[0], last]))
        with pytest.raises(IndexCorruptError, match=said):
            verify_known(batch, np.zeros(2, np.int64), [asked], known, Config())


def test_nothing_packed_is_an_empty_batch():
    assert len(unpack([], Config())) == 0


@settings(deadline=None, max_examples=300)
@given(st.data())
def test_damage_is_noticed_or_harmless(data):
    whole = pack(sketch_texts(TEXTS[:1], Config()))[0]
    damaged = bytearray(whole)
    for _ in range(data.draw(st.integers(1, 3))):
        damaged[data.draw(st.integers(0, len(whole) - 1))] = data.draw(st.integers(0, 255))
    try:
        batch = unpack([bytes(damaged)], Config())
    except IndexCorruptError:
        return
    n_words = int(batch.n_words[0])
    assert (batch.stems.token < n_words).all() and (batch.stems.token >= 0).all()
    assert set(batch.stems.kind.tolist()) <= {1, 2, 3, 9, 10, 11}


@pytest.mark.parametrize("text", TEXTS)
def test_cut_and_lengthened_sketches_are_refused(text):
    whole = pack(sketch_texts([text], Config()))[0]
    for length in {0, 1, 2, len(whole) // 2, len(whole) - 1} - {len(whole)}:
        with pytest.raises(IndexCorruptError):
            unpack([whole[:length]], Config())
    with pytest.raises(IndexCorruptError):
        unpack([whole + b"\0"], Config())


def test_a_length_that_would_fill_the_memory_is_refused():
    for head in (b"\xff\xff\xff\xff\x0f\x01\x00\x00\x00", b"\x02\x01\x00\xff\xff\xff\xff\x0f\x00"):
        with pytest.raises(IndexCorruptError):
            unpack([head], Config())
