# ruff: noqa: E501
"""The combined score: what each part adds, and how matches are counted in."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dupdetect.quality import boilerplate, content_farm
from dupdetect.quality.content_farm import Evidence
from dupdetect.quality.content_farm.signals import Signals, repeated_runs, signals
from dupdetect.quality.reading import read
from dupdetect.quality.vocabulary import vocabulary
from dupdetect.records import Match

CLEAN = Signals(400, (), frozenset(), 0, 0, 0.0)
PROSE = "Les travaux de voirie ont mis au jour des canalisations qui ne figuraient sur aucun plan de la ville."


def farm(
    page: Signals = CLEAN, *, seo: float = 0.0, translated: float = 0.0, furniture: float = 0.0
) -> float:
    return content_farm.combine(content_farm.parts(Evidence(page, seo, translated, furniture)))


def seen(text: str, language: str = "fr") -> Signals:
    reading = read(text, vocabulary(language))
    return signals(reading, boilerplate.furniture_lines(reading, language=language), language)


def match(kind: str, *, direction: str = "unknown", score: float = 1.0) -> Match:
    return Match("a", "b", kind, score, direction=direction)  # type: ignore[arg-type]


def test_a_clean_page_scores_nothing() -> None:
    assert farm() == 0.0


def test_each_strong_part_alone_passes_one_half() -> None:
    assert farm(seo=0.95) > 0.5
    assert farm(translated=0.95) > 0.5
    assert farm(Signals(500, ("x",) * 6, frozenset(), 0, 0, 0.0)) > 0.5
    assert farm(Signals(500, (), frozenset({"related_heading", "follow_prompt"}), 2, 0, 0.0)) > 0.5


def test_weak_parts_alone_stay_below_one_fifth() -> None:
    assert farm(translated=0.45) < 0.2
    assert farm(Signals(300, ("x",), frozenset(), 0, 0, 0.0)) < 0.2
    assert farm(Signals(300, (), frozenset({"share_prompt", "newsletter"}), 0, 1, 0.01)) < 0.2


def test_stock_phrases_spread_over_a_long_text_say_nothing() -> None:
    assert farm(Signals(5000, ("x",) * 3, frozenset(), 0, 0, 0.0)) == 0.0


def test_furniture_of_a_raw_page_is_no_leftover() -> None:
    page = Signals(400, (), frozenset({"navigation", "newsletter", "cookies"}), 3, 2, 0.05)
    assert farm(page, furniture=0.6) == 0.0
    assert farm(page, furniture=0.02) > 0.5


@given(st.floats(0, 1), st.floats(0, 1), st.integers(0, 12), st.integers(0, 6))
def test_more_evidence_never_lowers_the_score(
    seo: float, mt: float, stock: int, foreign: int
) -> None:
    page = Signals(400, ("x",) * stock, frozenset(), foreign, 0, 0.0)
    more = Signals(400, ("x",) * (stock + 1), frozenset({"leftover"}), foreign + 1, 1, 0.1)
    low, high = farm(page, seo=seo * 0.9, translated=mt * 0.9), farm(more, seo=seo, translated=mt)
    assert 0.0 <= low <= high + 1e-3 <= 1.0 + 1e-3


def test_generated_prose_is_told_by_its_stock_phrases() -> None:
    text = (
        "Dans un contexte de tensions croissantes, cette annonce soulève des enjeux cruciaux pour la région. "
        "Il convient de souligner que la situation suscite de nombreuses interrogations. "
        "Cette décision, mettant en lumière la complexité de la situation, marque un tournant."
    )
    assert len(seen(text).stock) >= 5
    assert seen(PROSE).stock == ()


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("It is important to note that this sheds light on the ever evolving landscape.", "en"),
        (
            "Es bleibt abzuwarten, ob dies weitreichende Auswirkungen hat, die mehr denn je zählen.",
            "de",
        ),
        (
            "Resta da vedere se questa svolta, che mette in luce la complessità della vicenda, durerà.",
            "it",
        ),
        (
            "Cabe destacar que este paso crucial pone de relieve la complejidad de la situación.",
            "es",
        ),
    ],
)
def test_stock_phrases_of_other_languages(text: str, language: str) -> None:
    assert len(seen(text, language).stock) >= 2


def test_furniture_of_another_language_is_foreign_and_that_of_its_own_is_not() -> None:
    page = "\n\n".join([PROSE, PROSE.replace("voirie", "gaz"), "{}", "{}"])
    assert (
        seen(page.format("For latest updates follow us on Google News", "Related News :")).foreign
        == 2
    )
    assert seen(page.format("Suivez-nous sur Google News", "Newsletter")).foreign == 0


def test_a_headline_printed_again_or_inside_a_breadcrumb_is_repeated() -> None:
    title = "Le tramway ne rouvrira pas avant septembre"
    assert seen(f"{title}\n\n{PROSE}").repeated_lines == 0
    assert seen(f"{title}\n\n{title}\n\n{PROSE}").repeated_lines == 1
    assert seen(f"Info Plateau » Région » {title}\n\n{title}\n\n{PROSE}").repeated_lines == 1


def test_repeated_runs_counts_words_that_stand_again() -> None:
    table = vocabulary("fr")
    once, twice = read(PROSE, table), read(f"{PROSE} Puis ceci. {PROSE}", table)
    assert repeated_runs(once.stem, 6) == 0.0
    assert repeated_runs(twice.stem, 6) == pytest.approx(14 / 35)
    assert repeated_runs(once.stem[:3], 6) == 0.0


def test_only_the_copy_is_charged_with_a_match() -> None:
    rewrite = match("rewrite", direction="a_from_b", score=0.99)
    assert content_farm.copy_part([rewrite], "a") > 0.4
    assert content_farm.copy_part([rewrite], "b") == 0.0
    assert content_farm.copy_part([rewrite], "other") == 0.0
    unknown = content_farm.copy_part([match("rewrite", score=0.99)], "b")
    assert 0.0 < unknown < content_farm.copy_part([rewrite], "a")


def test_agency_copies_are_everyday_and_no_match_is_nothing() -> None:
    for kind in ("exact", "near_duplicate", "partial"):
        assert content_farm.copy_part([match(kind, direction="a_from_b")], "a") == 0.0
    assert content_farm.copy_part([match("none")], "a") == 0.0
    assert content_farm.copy_part([], "a") == 0.0


def test_a_doubtful_rewrite_says_little() -> None:
    doubtful = match("rewrite", direction="a_from_b", score=0.6)
    assert content_farm.copy_part([doubtful], "a") < 0.2


def test_a_listed_domain_is_a_part_of_its_own() -> None:
    listed = content_farm.parts(Evidence(CLEAN, listed=True))
    assert listed["listed_domain"] > 0.5
    assert "listed_domain" not in content_farm.parts(Evidence(CLEAN))


def test_the_card_says_on_what_it_was_calibrated_and_what_it_does_not_know() -> None:
    told = content_farm.card()
    assert {"calibrated_on", "held_out", "limits"} <= told.keys()
    held = told["held_out"]
    assert held["news_fr without matches"][">= 0.2"] <= 0.01  # type: ignore[index]
    assert held["news_fr with matches"][">= 0.2"] <= 0.01  # type: ignore[index]
