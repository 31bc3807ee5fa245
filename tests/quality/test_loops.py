"""The shared loops against plain Python, and the model files."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from dupdetect.errors import ModelError
from dupdetect.kernels.trees import plant, tree_logits
from dupdetect.quality import boilerplate
from dupdetect.quality.boilerplate.lexicon import furniture_phrases, look_up
from dupdetect.quality.marks import CAMEL, HashTable, word_hash
from dupdetect.quality.model import LineModel, TreeModel, load_model, shipped_model
from dupdetect.quality.reading import read
from dupdetect.quality.vocabulary import vocabulary

PHRASES = sorted({" ".join(known.words).replace("0", "12") for known in furniture_phrases()})


@settings(max_examples=200, deadline=None)
@given(
    st.text(
        st.characters(codec="utf-8", exclude_categories=["Lm", "Mn", "Mc", "No", "Nl"]), max_size=80
    )
)
@example("l’été d'Anne-Marie, 12h30")
@example("ABC今日は12")
def test_words_are_runs_of_letters_and_digits(text: str) -> None:
    reading = read(text, vocabulary("fr"))
    words = [text[a:b] for a, b in zip(reading.word_start, reading.word_end, strict=True)]
    assert all(word.isalnum() or word == "©" or ord(word[0]) > 0xFFFF for word in words)
    assert all(len(word) == 1 for word in words if any(0x3041 <= ord(c) < 0xA000 for c in word))
    joined = "".join(words)
    assert all(c in joined for c in text if c.isalnum() and ord(c) < 0x2E80)
    assert reading.line[-1] == len(words)


def test_a_capital_inside_a_word_is_marked_unless_the_name_is_famous() -> None:
    reading = read("CoinHub YouTube McDonald Toit PARIS", vocabulary("fr"))
    marked = (reading.mask >> np.uint64(CAMEL)) & np.uint64(1)
    assert marked.tolist() == [1, 0, 0, 0, 0]


def test_word_lists_are_found_whatever_the_case() -> None:
    reading = read("VOTRE devis : Gratuit !", vocabulary("fr"))
    assert (reading.mask != 0).tolist() == [True, True, True]


def test_the_hash_table_keeps_every_word() -> None:
    words = {f"mot{i}": i + 1 for i in range(3000)}
    table = HashTable.build({word_hash(word): bits for word, bits in words.items()})
    kept = dict(zip(table.keys.tolist(), table.values.tolist(), strict=True))
    assert all(kept[word_hash(word)] == bits for word, bits in words.items())


@settings(max_examples=150, deadline=None)
@given(
    st.lists(
        st.lists(
            st.sampled_from(PHRASES) | st.sampled_from(["le", "tram", "12", "©", "ville", "à"]),
            min_size=1, max_size=4,
        ).map(" ".join),
        min_size=1, max_size=5,
    )
)  # fmt: skip
def test_the_reading_knows_what_the_plain_lexicon_knows(lines: list[str]) -> None:
    reading = read("\n".join(lines), vocabulary("fr"))
    assert boilerplate.line_hits(reading) == [look_up(reading.words(i)) for i in range(len(lines))]


def test_trees_follow_their_branches() -> None:
    # feature 0 <= 0.5 ? 1.0 : (feature 1 <= 2 ? 10.0 : 100.0), and a tree that is a leaf
    nodes = np.array(
        [[0, 0.5, 2], [-1, 1.0, 0], [1, 2.0, 4], [-1, 10.0, 0], [-1, 100.0, 0], [-1, 0.25, 0]],
        np.float32,
    )
    rows = np.array([[0.5, 9], [0.6, 2], [1.0, 2.5]], np.float32)
    roots = np.array([0, 5], np.int32)
    assert tree_logits(rows, plant(nodes, roots)).tolist() == [1.25, 10.25, 100.25]


def test_the_shipped_models_load_and_say_what_they_are() -> None:
    lines, sentences = shipped_model("boilerplate_lines"), shipped_model("seo_link")
    assert isinstance(lines, LineModel)
    assert isinstance(sentences, TreeModel)
    assert {"what", "trained_on", "limits"} <= set(lines.card) & set(sentences.card)
    assert shipped_model("no_such_model") is None


def linear(**changes: Any) -> dict[str, Any]:
    arrays: dict[str, Any] = {
        "kind": "linear", "version": 1, "card": json.dumps({}), "intercept": -1.0,
        "weights": np.array([2.0, 0.0], np.float32), "names": np.array(["a", "b"]),
    }  # fmt: skip
    return arrays | changes


def test_a_linear_model_is_a_logistic_regression(tmp_path: Path) -> None:
    np.savez(tmp_path / "m.npz", **linear())
    model = load_model(tmp_path / "m.npz")
    assert model.n_features == 2
    rows = np.array([[0.5, 7.0], [100.0, 0.0]], np.float32)
    assert model.predict(rows).tolist() == pytest.approx([0.5, 1.0])


@pytest.mark.parametrize(
    "changes",
    [
        {"version": 99},
        {"kind": "forest"},
        {"names": np.array(["a"])},
        {"card": "{"},
        {"kind": "trees"},
    ],
)
def test_a_bad_model_file_is_refused(tmp_path: Path, changes: dict[str, Any]) -> None:
    np.savez(tmp_path / "m.npz", **linear(**changes))
    with pytest.raises(ModelError, match=r"m\.npz"):
        load_model(tmp_path / "m.npz")


def test_what_is_no_model_file_is_refused(tmp_path: Path) -> None:
    (tmp_path / "m.npz").write_bytes(b"PK\x03\x04 nothing")
    with pytest.raises(ModelError):
        load_model(tmp_path / "m.npz")
    with pytest.raises(ModelError):
        load_model(tmp_path / "absent.npz")
    np.savez(tmp_path / "o.npz", kind=np.array([object()], dtype=object))
    with pytest.raises(ModelError):
        load_model(tmp_path / "o.npz")


def test_trees_that_run_in_circles_are_refused(tmp_path: Path) -> None:
    arrays = {
        "kind": "lines", "version": 1, "card": "{}", "names": np.array([], str),
        "cutoff": 0.5, "cutoff_shape": 0.5,
        "grams": np.zeros(16, np.int8), "gram_scale": 1.0, "gram_intercept": 0.0,
        "gram_languages": "en", "intercept": 0.0, "n_features": 1, "roots": np.array([0]),
        "feature": np.array([0, -1, -1]), "threshold": np.zeros(3, np.float32),
    }  # fmt: skip
    np.savez(tmp_path / "good.npz", **arrays, right=np.array([2, 0, 0]))
    assert load_model(tmp_path / "good.npz").n_features == 1
    np.savez(tmp_path / "bad.npz", **arrays, right=np.array([0, 0, 0]))
    with pytest.raises(ModelError):
        load_model(tmp_path / "bad.npz")
