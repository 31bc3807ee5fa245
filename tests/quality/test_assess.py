# ruff: noqa: E501
"""assess and refine: one document in, scores, findings and parts out."""

from __future__ import annotations

import json
import unicodedata
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dupdetect.config import Config
from dupdetect.quality import Assessment, assess, refine
from dupdetect.records import Document, Finding, Match

PAGE = "\n\n".join([
    "Partagez",
    "Tramway : la ligne 4 rouvrira avec six mois de retard",
    "La ligne 4 ne rouvrira pas avant septembre, a annoncé mardi la régie des transports de la ville. "
    "Vous cherchez un crédit auto ? Comparez gratuitement les offres sur credit-malin.example. "
    "Les travaux ont mis au jour des canalisations qui ne figuraient sur aucun plan.",
    "Les commerçants du boulevard s'impatientent : certains disent avoir perdu un tiers de leurs recettes.",
    "Retour en haut",
])  # fmt: skip


def run(
    text: str, *, config: Config | None = None, language: str = "fr", **fields: str
) -> Assessment:
    document = Document(id="a", text=text, **fields)  # type: ignore[arg-type]
    return assess(document, config=config or Config(), language=language)


def test_findings_of_all_kinds_come_in_the_order_of_the_text() -> None:
    result = run(PAGE)
    kinds = [finding.kind for finding in result.findings if finding.kind != "machine_translation"]
    assert kinds == ["boilerplate", "seo_link", "boilerplate"]
    assert all(PAGE[f.start : f.end] == f.quote for f in result.findings)
    assert [f.start for f in result.findings] == sorted(f.start for f in result.findings)


def test_scores_are_what_the_findings_say() -> None:
    scores = run(PAGE).scores
    assert 0.0 < scores.boilerplate < 0.2
    assert scores.seo_link > 0.9
    assert scores.content_farm > 0.5


def test_parts_make_up_the_content_farm_score() -> None:
    result = run(PAGE)
    none = 1.0
    for part in result.parts.values():
        assert 0.0 <= part <= 1.0
        none *= 1.0 - part
    assert result.scores.content_farm == pytest.approx(1.0 - none)


def test_findings_below_the_threshold_are_left_out_but_scores_stay() -> None:
    strict = Config.from_dict({"quality": {"min_finding_score": 1.0}})
    assert [f for f in run(PAGE, config=strict).findings if f.score < 1.0] == []
    assert run(PAGE, config=strict).scores == run(PAGE).scores


def test_no_kind_crowds_out_the_others() -> None:
    few = Config.from_dict({"quality": {"max_findings": 2}})
    text = (
        PAGE
        + "\n\n"
        + "\n\n".join(["Partager sur Facebook", "À lire aussi", "Laisser un commentaire"])
    )
    found = run(text, config=few).findings
    assert {finding.kind for finding in found} >= {"boilerplate", "seo_link"}
    assert len(found) == 2


def test_refine_counts_a_copy_and_leaves_the_rest() -> None:
    before = run(
        "La ligne 4 ne rouvrira pas avant septembre, a annoncé mardi la régie des transports."
    )
    match = Match("a", "b", "rewrite", 0.95, direction="a_from_b")
    after = refine(before, [match], document="a")
    assert after.scores.content_farm > 0.5 > before.scores.content_farm
    assert after.parts["copy"] > 0.5
    assert after.findings == before.findings
    assert after.scores.boilerplate == before.scores.boilerplate
    assert refine(before, [], document="a").scores == before.scores
    assert refine(after, [], document="a").scores == before.scores


@pytest.mark.parametrize("language", ["fr", "en", "de", "it", "es", "und", "nl"])
def test_every_language_is_taken(language: str) -> None:
    result = run(PAGE, language=language)
    assert any(finding.rule == "share_prompt" for finding in result.findings)


@pytest.mark.parametrize(
    "text", ["", " \n ", "\u200b", "…", "😀" * 50, "a\u0301" * 40, "今日は。" * 30, "\u202eabc"]
)
def test_odd_texts_give_scores_in_range(text: str) -> None:
    scores = run(text).scores
    values = (scores.boilerplate, scores.machine_translation, scores.seo_link, scores.content_farm)
    assert all(0.0 <= value <= 1.0 for value in values)


def test_a_huge_text_of_one_line_is_assessed() -> None:
    assert run("mot simple " * 50_000).scores.boilerplate == 0.0


@settings(max_examples=60, deadline=None)
@given(st.lists(st.text(max_size=40) | st.sampled_from(PAGE.split("\n\n")), max_size=8))
def test_quotes_are_the_text_of_their_span(lines: list[str]) -> None:
    text = "\n".join(lines)
    for finding in run(text).findings:
        assert text[finding.start : finding.end] == finding.quote
        assert 0.3 <= finding.score <= 1.0


def plain(text: str) -> str:
    return " ".join(unicodedata.normalize("NFKC", text).split())


def quoted(findings: tuple[Finding, ...], wanted: dict[str, str], text: str) -> bool:
    """Whether a finding of the wanted kind overlaps the wanted quote in the text."""
    return any(
        finding.kind == wanted["kind"]
        and (
            plain(wanted["quote"]) in plain(finding.quote)
            or plain(finding.quote) in plain(wanted["quote"])
        )
        for finding in findings
    )


@pytest.mark.shared
def test_the_reference_pages(shared: Path) -> None:
    expected = json.loads((shared / "seeds" / "expected.json").read_text(encoding="utf-8"))
    found, wanted = 0, 0
    scores = {}
    for path in sorted((shared / "seeds").glob("*.txt")):
        name = path.name[:3]
        result = run(path.read_text(encoding="utf-8"))
        scores[name] = result.scores
        for item in expected["findings"][name]:
            if item["kind"] in ("boilerplate", "seo_link"):
                wanted += 1
                found += quoted(result.findings, item, "")
    assert found == wanted
    for kind in ("seo_link", "content_farm"):
        for bound, names in expected["scores"][kind].items():
            for name in names:
                value = getattr(scores[name], kind)
                limit = float(bound.split("_")[1])
                assert value > limit if bound.startswith("above") else value < limit, (name, kind)
