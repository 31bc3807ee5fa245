"""The shipped fold table says what its generator's rule says."""

from __future__ import annotations

import unicodedata

import numpy as np
import pytest

from dupdetect.data import load_arrays
from dupdetect.errors import ModelError
from dupdetect.kernels import fold
from dupdetect.text import reference
from dupdetect.text.tokens import fold_table
from dupdetect.training.fold_table import build


@pytest.mark.parametrize(
    ("text", "folded"),
    [
        ("Été", "ete"),
        ("E\u0301te\u0301", "ete"),
        ("STRASSE", "strasse"),
        ("Straße", "strasse"),
        ("cœur", "coeur"),
        ("ﬁn", "fin"),
        ("Ｆｕｌｌ", "full"),
        ("ＡＢＣ１２３", "abc123"),
        ("٣۴५", "345"),
        ("co\u00adop\u200bé\ufeff", "coope"),
        ("m²", "m2"),
        ("Ⅷ", "viii"),
        ("İstanbul ıı", "istanbulii"),
        ("ŁÓDŹ", "lodz"),
        ("Ελλάς", "ελλασ"),
        ("ᾳ", "α"),
        ("ガ", "カ"),
        ("Apple™", "apple"),
        ("l\u2019\u02bcd", "ld"),
        ("¡«—\u00a0\u202f»!", ""),
    ],
)
def test_folding(text: str, folded: str) -> None:
    assert reference.fold(text) == folded


def test_folding_is_idempotent_on_every_code_point() -> None:
    changed = []
    for code in [*range(0xD800), *range(0xE000, 0x30000), *range(0xE0000, 0xE0200)]:
        folded = reference.character(chr(code))[1]
        if folded and reference.fold(folded) != folded:
            changed.append(chr(code))
    assert changed == []


def test_composed_and_decomposed_texts_fold_alike() -> None:
    different = []
    for code in range(0xC0, 0x2100):
        composed = chr(code)
        decomposed = unicodedata.normalize("NFD", composed)
        if reference.fold(composed) != reference.fold(decomposed):
            different.append(composed)
    assert different == []


@pytest.mark.skipif(unicodedata.unidata_version != "14.0.0", reason="made with Unicode 14")
def test_shipped_table_is_what_the_generator_makes() -> None:
    shipped, made = fold_table(), build()
    for name in fold.FoldTable._fields:
        assert np.array_equal(getattr(shipped, name), getattr(made, name)), name


def test_foldings_fit_the_room_that_the_kernel_leaves() -> None:
    lengths = fold_table().entry >> fold.PROPERTY_BITS & 0xFF
    assert lengths.max() <= fold.MAX_FOLD


def test_ascii_folds_to_one_byte() -> None:
    for code in range(128):
        assert len(reference.character(chr(code))[1]) == int(chr(code).isalnum())


def test_missing_data_is_a_model_error() -> None:
    with pytest.raises(ModelError, match=r"absent\.npz"):
        load_arrays("absent.npz")
