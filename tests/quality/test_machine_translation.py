"""Findings as a whole, and the probability that is made of them."""

from __future__ import annotations

import json
import unicodedata
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dupdetect.quality.machine_translation import (
    RULES,
    RuleWeights,
    find,
    find_many,
    probability,
)
from dupdetect.records import Finding

_MARKS = [
    "»",
    "«",
    "“",
    "”",
    '"',
    ",",
    ".",
    " ,",
    "\n",
    "h",
    "l'",
    "'",
    "\u00a0",
    "%s",
    "{0}",
    "<b>",
]
_WORDS = ["le", "La", "ont", "a", "XNUMX", "50", "2.367", "reportedly", "I", "IL", "e", "soldats"]
_WORDS += ["the", "is", "los", "Los", "il", "je", "de", "détails", "However", "government", "una"]
_ODD = [
    "région",
    "leL",
    "cLe",
    "&apos;",
    "Ã©",
    "Курск",
    "Kourakhove",
    "Kurachowe",
    "a-t-il",
    "depuis",
]
_PIECES = st.sampled_from(_MARKS + [f"{word} " for word in _WORDS + _ODD])
_TEXTS = st.one_of(st.text(max_size=200), st.lists(_PIECES, max_size=60).map("".join))


@settings(deadline=None, max_examples=300)
@given(text=_TEXTS, language=st.sampled_from(["fr", "en", "de", "it", "es", "pl", "und"]))
def test_findings_are_exact_whatever_the_text(text: str, language: str) -> None:
    findings = find(text, language=language, title=text[:40])
    for finding in findings:
        assert 0 <= finding.start < finding.end <= len(text)
        assert text[finding.start : finding.end] == finding.quote
        assert 0.0 < finding.score <= 1.0
        assert finding.kind == "machine_translation"
        assert finding.rule in RULES
    assert findings == sorted(findings, key=lambda f: (f.start, f.end, f.rule))
    assert find(text, language=language, title=text[:40]) == findings


@given(
    scores=st.lists(st.floats(0.0, 1.0), max_size=12),
    more=st.floats(0.0, 1.0),
    rule=st.sampled_from(RULES),
    n_words=st.integers(0, 5000),
)
def test_probability_is_one_and_never_falls_with_evidence(
    scores: list[float], more: float, rule: str, n_words: int
) -> None:
    findings = [_finding("untranslated_word", score) for score in scores]
    before = probability(findings, "", n_words, "fr")
    after = probability([*findings, _finding(rule, more)], "", n_words, "fr")
    assert 0.0 <= before <= after + 1e-9
    assert after <= 1.0


def _finding(rule: str, score: float) -> Finding:
    return Finding("machine_translation", rule, 0, 1, "x", score)


def test_nothing_found_is_zero() -> None:
    text = "Le maire a inauguré la bibliothèque samedi, devant une foule nombreuse."
    assert find(text, language="fr") == []
    assert probability([], text, 11, "fr") == 0.0
    assert find("", language="fr") == []


def test_other_kinds_do_not_count() -> None:
    other = Finding("boilerplate", "line", 0, 1, "x", 0.99)
    assert probability([other], "x", 1, "fr") == 0.0


def test_weak_findings_speak_less_in_a_long_text() -> None:
    findings = [_finding("agreement", 0.5), _finding("glued_fragment", 0.5)]
    assert probability(findings, "", 3000, "fr") < probability(findings, "", 300, "fr")
    sure = [_finding("number_slot", 0.97)]
    assert probability(sure, "", 3000, "fr") == probability(sure, "", 300, "fr")


def test_style_raises_a_score_and_makes_none() -> None:
    findings = [_finding("agreement", 0.5)]
    plain = probability(findings, "", 300, "fr")
    assert probability(findings, "", 300, "fr", style=0.95) > plain
    assert probability(findings, "", 300, "fr", style=0.4) == plain
    assert probability([], "", 300, "fr", style=1.0) < 0.5


def test_other_weights_can_be_plugged_in() -> None:
    deaf = RuleWeights(ceiling=dict.fromkeys(RULES, 0.0))
    assert probability([_finding("number_slot", 0.97)], "", 300, "fr", weights=deaf) == 0.0


def _fold(text: str) -> str:
    return " ".join(unicodedata.normalize("NFKC", text).split())


@pytest.mark.shared
def test_reference_articles(shared: Path) -> None:
    expected = json.loads((shared / "seeds" / "expected.json").read_text(encoding="utf-8"))
    scores = {}
    for path in sorted((shared / "seeds").glob("*.txt")):
        name, text = path.name[:3], path.read_text(encoding="utf-8")
        findings = find(text, language="fr")
        scores[name] = probability(findings, text, len(text.split()), "fr")
        for wanted in expected["findings"].get(name, ()):
            if wanted["kind"] == "machine_translation":
                assert _is_found(wanted, findings, text), (name, wanted)
    bounds = expected["scores"]["machine_translation"]
    assert all(scores[name] > 0.9 for name in bounds["above_0.9"])
    assert all(scores[name] < 0.5 for name in bounds["below_0.5"])


def _is_found(wanted: dict[str, str], findings: list[Finding], text: str) -> bool:
    """Whether a finding of the rule overlaps the quote, white space and forms folded."""
    quote = _fold(wanted["quote"])
    for finding in findings:
        if finding.rule == wanted["rule"] and finding.score >= 0.3:
            around = _fold(text[max(0, finding.start - len(quote)) : finding.end + len(quote)])
            if quote in around:
                return True
    return False


@pytest.mark.shared
def test_clean_news_is_rarely_taken_for_a_translation(shared: Path) -> None:
    parquet = pytest.importorskip("pyarrow.parquet")
    table = parquet.read_table(shared / "corpora" / "news_fr.parquet", columns=["title", "text"])
    rows = table.slice(0, 3000).to_pylist()
    high = 0
    for row in rows:
        text = f"{row['title']}\n\n{row['text']}"
        findings = find(text, language="fr", title=row["title"])
        high += probability(findings, text, len(text.split()), "fr") >= 0.5
    assert high <= len(rows) / 200


PIECES = st.sampled_from(
    [
        "Le maire", "dans le région", "50 XNUMX soldats", "leL'Ukraine", "ont a frappé", "de de",
        "reportedly", "however", "Kourakhove", "Kurachowe", "#!trpst#", "%1$s", "Ã©", "15.14h11",
        "novembre", "12.000 41.67 ms", "la présidente Durand", "le président Durand", "si ils", "«",
        "»", "\"", " ,", ".Le", "\n", "\n\n", "\ud800", "中文", "Das Haus", "il Washington",
        "I détails",
        "", "'", "-", "dansla", "Außerdem, il", "dans la vallée dans la vallée", "İ", "très très",
    ]
)  # fmt: skip


@settings(max_examples=80, deadline=None)
@given(
    st.lists(st.lists(PIECES, max_size=14).map(" ".join), max_size=5),
    st.sampled_from(["fr", "en", "de", "it", "es", "ja", "und"]),
)
def test_texts_looked_through_together_are_as_alone(texts: list[str], language: str) -> None:
    found = find_many(texts, language=language)
    assert found == [find(text, language=language) for text in texts]
