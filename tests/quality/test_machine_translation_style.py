"""``style``: folded typography, weights that load, a finding that can be looked at."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dupdetect.quality.machine_translation import find, probability, style, style_probability
from dupdetect.quality.machine_translation import style_kernel as kernel
from dupdetect.quality.machine_translation.view import make_view

MASK = (1 << 12) - 1
KINDS = kernel.WORDS + kernel.PAIRS + kernel.LETTERS


def _buckets(text: str, kinds: int = kernel.WORDS + kernel.PAIRS) -> list[int]:
    return kernel.grams(style.encode(text), kernel.fold_table(), MASK, kinds)[0].tolist()


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("« Oui », dit-il.", "“Oui”, dit-il."),
        ("l’été — déjà", "l'ete - deja"),
        ("12 500 euros", "3,7 euros"),
        ("Il dit :\u00a0oui", "IL DIT: OUI"),
        ("Non…", "Non..."),
        ("Fin.\n\nDébut", "Fin. Début"),
    ],
)
def test_typography_makes_no_difference(one: str, other: str) -> None:
    assert _buckets(one) == _buckets(other)


def test_words_order_and_commas_do() -> None:
    assert _buckets("le chat dort") != _buckets("dort le chat")
    assert _buckets("oui, non") != _buckets("oui non")


@given(st.text(max_size=300))
def test_any_text_can_be_counted(text: str) -> None:
    codes = style.encode(text)
    bucket, at, words = kernel.grams(codes, kernel.fold_table(), MASK, KINDS)
    assert bucket.shape == at.shape
    assert (bucket <= MASK).all()
    assert (np.diff(at) >= 0).all()
    assert 0 <= words <= len(text)


@given(st.lists(st.sampled_from(["le ", "chat ", "dort, ", "50 ", "et ", "rit. "]), min_size=1))
def test_shares_add_up_to_the_sum_of_the_text(pieces: list[str]) -> None:
    weights = np.random.default_rng(0).normal(size=MASK + 1).astype(np.float32)
    codes = style.encode("".join(pieces))
    bucket, _, _ = kernel.grams(codes, kernel.fold_table(), MASK, kernel.WORDS)
    found, count = np.unique(bucket, return_counts=True)
    wanted = float((weights[found] * np.sqrt(count)).sum() / np.sqrt(bucket.size))
    assert float(kernel.shares(bucket, weights).sum()) == pytest.approx(wanted, abs=1e-3)


def _sure(cutoff: float) -> style.StyleModel:
    weights = np.zeros(MASK + 1, np.float32)
    for bucket in _buckets("afin de pouvoir", kernel.WORDS)[:3]:
        weights[bucket] = 5.0
    return style.StyleModel(weights, -0.5, 4.0, kernel.WORDS, cutoff)


PLAIN = "Le maire a ouvert la salle et les voisins sont venus nombreux ce soir. " * 5
TELLING = "Elle travaille afin de pouvoir, afin de pouvoir et afin de pouvoir partir."


def test_the_finding_quotes_the_most_telling_sentence(monkeypatch: pytest.MonkeyPatch) -> None:
    text = f"{PLAIN}\n\n{TELLING}\n\n{PLAIN}"
    monkeypatch.setattr(style, "model", lambda language: _sure(0.5))
    (finding,) = style.find(make_view(text, "fr", None))
    assert finding.quote == TELLING
    assert text[finding.start : finding.end] == TELLING
    assert finding.score >= 0.5


def test_weak_evidence_and_short_texts_say_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(style, "model", lambda language: _sure(0.5))
    assert style.find(make_view(PLAIN, "fr", None)) == []
    assert style.find(make_view(TELLING, "fr", None)) == []
    monkeypatch.setattr(style, "model", lambda language: _sure(1.0))
    assert style.find(make_view(f"{PLAIN}\n\n{TELLING}", "fr", None)) == []


def test_a_language_without_weights_has_no_style() -> None:
    assert style_probability(PLAIN, "pl") is None
    assert style_probability("Bonjour.", "fr") is None
    assert 0.0 <= (style_probability(PLAIN, "fr") or 0.0) <= 1.0


def test_style_alone_stays_below_one_half(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(style, "model", lambda language: _sure(0.0))
    text = f"{PLAIN}\n\n{TELLING}"
    findings = find(text, language="fr")
    assert [finding.rule for finding in findings] == ["style"]
    assert probability(findings, text, 80, "fr") < 0.5


def test_the_card_says_what_was_measured() -> None:
    models, card = style.shipped()
    assert card["languages"].keys() == models.keys()
    for language in models:
        assert {"auc_against_human", "auc_against_native"} <= card["languages"][language].keys()


def test_a_file_of_another_format_is_refused() -> None:
    with pytest.raises(ValueError, match="format"):
        style.read_models({"version": np.array(9)})


@pytest.mark.shared
def test_clean_news_has_no_style(shared: Path) -> None:
    parquet = pytest.importorskip("pyarrow.parquet")
    table = parquet.read_table(shared / "corpora" / "news_fr.parquet", columns=["heading", "text"])
    rows = table.slice(0, 1000).to_pylist()
    found = [style.find(make_view(f"{r['heading']}\n\n{r['text']}", "fr", None)) for r in rows]
    assert sum(map(bool, found)) <= len(rows) / 100
