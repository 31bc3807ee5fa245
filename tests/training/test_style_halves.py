"""Halves of long texts, which the style weights are learnt from beside the whole ones."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from dupdetect.training.style import halves, kept

SENTENCE = "Le maire a parlé hier soir devant la foule. "


def test_a_long_text_is_cut_between_two_sentences_near_its_middle() -> None:
    text = SENTENCE * 20
    first, second = halves(text)
    assert first + second == text
    assert first.endswith(". ") and abs(len(first) - len(second)) <= len(SENTENCE)


def test_a_short_text_stays_whole() -> None:
    assert halves(SENTENCE * 5) == []


def test_a_text_of_one_sentence_is_cut_all_the_same() -> None:
    text = "mot " * 200
    assert "".join(halves(text)) == text and len(halves(text)) == 2


def test_languages_that_are_not_trained_anew_keep_their_weights(tmp_path: Path) -> None:
    path = tmp_path / "style.npz"
    card = '{"languages": {"fr": {"cutoff": 0.9}, "en": {"cutoff": 0.8}}}'
    np.savez(path, card=card, en_weights=np.ones(4), fr_weights=np.zeros(4))
    arrays, tables = kept(path, ["fr", "de"])
    assert list(arrays) == ["en_weights"] and arrays["en_weights"].tolist() == [1.0] * 4
    assert tables == {"en": {"cutoff": 0.8}}
    assert kept(path, ["fr", "en", "de"]) == ({}, {})
