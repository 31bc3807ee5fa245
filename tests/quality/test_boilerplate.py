# ruff: noqa: E501
"""Furniture lines: true and false friends of each rule, and figures on labelled pages."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dupdetect.quality import boilerplate
from dupdetect.quality.reading import read
from dupdetect.quality.vocabulary import vocabulary
from dupdetect.records import Finding, Link

ARTICLE = (
    "La ligne 4 du tramway ne rouvrira pas avant septembre, a annoncé mardi la régie des transports.",
    "Les travaux de voirie ont mis au jour des canalisations qui ne figuraient sur aucun plan de la ville.",
    "Il a fallu arrêter le chantier pendant cinq semaines, le temps de dévier les conduites.",
)
ENGLISH = (
    "The tram line will not reopen before September, the transport authority announced on Tuesday.",
    "Road works begun in January uncovered pipes that did not appear on any plan of the city at all.",
    "The site had to be closed for five weeks while the pipes were being moved to another street.",
)


def find(text: str, language: str = "fr", **options: object) -> list[Finding]:
    return boilerplate.find(read(text, vocabulary(language)), language=language, **options)  # type: ignore[arg-type]


def in_article(line: str, where: str = "end", language: str = "fr") -> list[Finding]:
    body = list(ARTICLE if language in ("fr", "it", "es") else ENGLISH)
    place = {"start": 0, "middle": 2, "end": len(body)}[where]
    return find("\n\n".join([*body[:place], line, *body[place:]]), language)


@pytest.mark.parametrize(
    ("line", "rule", "where", "language"),
    [
        ("Partagez", "share_prompt", "start", "fr"),
        ("Partager sur Facebook", "share_prompt", "end", "fr"),
        ("Share this article", "share_prompt", "end", "en"),
        ("Artikel teilen", "share_prompt", "end", "de"),
        ("Condividi su Facebook", "share_prompt", "end", "it"),
        ("Comparte esta noticia", "share_prompt", "end", "es"),
        ("Suivez-nous sur Instagram", "follow_prompt", "end", "fr"),
        ("For the latest updates, follow us on Google News", "follow_prompt", "end", "fr"),
        ("Folgen Sie uns auf Facebook", "follow_prompt", "end", "de"),
        ("À lire aussi", "related_heading", "middle", "fr"),
        ("Related News :", "related_heading", "end", "fr"),
        ("Das könnte Sie auch interessieren", "related_heading", "end", "de"),
        ("Te puede interesar", "related_heading", "end", "es"),
        ("Abonnez-vous à notre newsletter", "newsletter", "end", "fr"),
        ("Sign up for our daily newsletter", "newsletter", "end", "en"),
        ("Iscriviti alla newsletter", "newsletter", "end", "it"),
        ("Nous utilisons des cookies pour améliorer votre expérience.", "cookies", "start", "fr"),
        ("We use cookies to improve your experience.", "cookies", "start", "en"),
        ("Voir tous les articles de Lise Aubry", "author_box", "end", "fr"),
        ("© 2024 La Gazette - Tous droits réservés", "copyright", "end", "fr"),
        ("Riproduzione riservata", "copyright", "end", "it"),
        ("Publié le 12 mars 2024 à 10h20", "update_date", "start", "fr"),
        ("(Dernière mise à jour : 18 h 30)", "update_date", "end", "fr"),
        ("Laisser un commentaire", "comments", "end", "fr"),
        (
            "Your email address will not be published. Required fields are marked *",
            "comments",
            "end",
            "en",
        ),
        ("La suite après la publicité", "advertisement", "middle", "fr"),
        ("Advertisement", "advertisement", "middle", "en"),
        ("Article réservé aux abonnés", "paywall", "end", "fr"),
        ("Déjà abonné ? Connectez-vous", "paywall", "end", "fr"),
        ("Aller au contenu principal", "navigation", "start", "fr"),
        ("Accueil | Contact | Plan du site", "navigation", "end", "fr"),
        ("Accueil > Société > Transports", "breadcrumb", "start", "fr"),
        ("Vallée Info » Région » Le tramway ne rouvrira pas", "breadcrumb", "start", "fr"),
        ("Passez en revue", "leftover", "end", "fr"),
        ("Retour en haut", "leftover", "end", "fr"),
        ("Nach oben", "leftover", "end", "de"),
    ],
)
def test_furniture_is_found_and_named(line: str, rule: str, where: str, language: str) -> None:
    found = [finding for finding in in_article(line, where, language) if finding.quote == line]
    assert [finding.rule for finding in found] == [rule]
    assert found[0].kind == "boilerplate"
    assert 0.5 < found[0].score <= 1.0


@pytest.mark.parametrize(
    ("line", "language"),
    [
        ("Des bus de remplacement", "fr"),
        ("Ce que disent les chiffres", "fr"),
        ("Les commerçants s'inquiètent", "fr"),
        ("Pourquoi si tôt ?", "fr"),
        ("— Vous l'avez vu ?", "fr"),
        ("« Jamais », répond-il.", "fr"),
        ("« On donne en août ce qu'on devait donner en décembre », résume un éleveur.", "fr"),
        ("Il partage sa maison avec trois amis et un chien.", "fr"),
        ("La publicité pour l'alcool sera interdite près des écoles.", "fr"),
        ("Les abonnés au gaz recevront un courrier avant la fin du mois.", "fr"),
        ("La Cnil a infligé une amende de 50 millions d'euros à un site pour ses cookies.", "fr"),
        ("Suivez la ligne rouge, disait-il toujours à ses élèves.", "fr"),
        ("De Lyon à Marseille, puis de Marseille à Nice, la route est coupée.", "fr"),
        ("Le score était de 3-1 | 2-2 à l'aller, rappelle l'entraîneur de l'équipe.", "fr"),
        ("He shared the prize with two colleagues from Geneva.", "en"),
        ("The newsletter that started it all was typed in a garage.", "en"),
        ("A long wait for the shops", "en"),
    ],
)
def test_lines_of_the_article_are_left_alone(line: str, language: str) -> None:
    assert in_article(line, "middle", language) == []


def test_the_headline_is_content_and_its_second_print_is_none_of_the_first() -> None:
    title = "Le tramway ne rouvrira pas avant six mois"
    text = "\n\n".join([title, *ARTICLE])
    assert find(text, title=title) == []


def test_a_whole_line_is_quoted_without_the_space_around_it() -> None:
    text = "\n".join([*ARTICLE, " \u00a0  Retour en haut\u200b  "])
    (finding,) = find(text)
    assert finding.quote == "Retour en haut"
    assert text[finding.start : finding.end] == finding.quote


def test_share_counts_words() -> None:
    reading = read(
        "\n".join(["un deux trois quatre cinq six sept huit", "Retour en haut"]), vocabulary("fr")
    )
    finding = Finding("boilerplate", "leftover", *reading.spans[1], "Retour en haut", 0.9)
    assert boilerplate.share(reading, [finding]) == pytest.approx(3 / 11)
    assert boilerplate.share(reading, []) == 0.0


def test_links_of_the_page_help() -> None:
    lines = [
        *ARTICLE,
        "Vernay",
        "Le marché de Noël ouvre samedi",
        "Le stade sera agrandi",
        *ARTICLE[:1],
    ]
    text = "\n".join(lines)
    start = text.index("Le marché")
    links = (Link(start, text.index("\n", start), "https://x.fr/1"),)
    with_links = {f.quote for f in find(text, links=links)}
    assert {f.quote for f in find(text)} <= with_links | {"Vernay"}


def pages(path: Path) -> list[tuple[str, list[tuple[bool, str]]]]:
    """Labelled pages: (language, [(is furniture, line)])."""
    out: list[tuple[str, list[tuple[bool, str]]]] = []
    for line in path.read_text(encoding="utf-8").splitlines():
        if line.startswith("== "):
            out.append((line[3:], []))
        elif line[:1] in "+-" and line:
            out[-1][1].append((line[0] == "-", line[2:]))
    return out


def test_labelled_pages_without_training_data_of_their_language() -> None:
    hits = misses = lost = content = false = 0
    for language, lines in pages(Path(__file__).with_name("labelled_lines.txt")):
        text = "\n".join(line for _, line in lines)
        starts = {finding.start for finding in find(text, language)}
        at = 0
        for furniture, line in lines:
            found = at in starts
            hits += furniture and found
            misses += furniture and not found
            false += found and not furniture
            content += not furniture
            at += len(line) + 1
        lost = false
    assert 2 * hits / (2 * hits + misses + lost) >= 0.9
    assert lost <= 0.03 * content


def test_rules_alone_work_where_no_weights_are_shipped(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(boilerplate.furniture, "shipped_lines", lambda: None)
    text = "\n\n".join(["Partagez", *ARTICLE, "Accueil > Société > Transports", "Related News :"])
    assert [f.rule for f in find(text)] == ["share_prompt", "breadcrumb", "related_heading"]


@pytest.mark.parametrize("text", ["", "   ", "\n\n\n", "…", "»", "\u200b", "\ud800", "😀", "©"])
def test_texts_of_nothing_give_no_error(text: str) -> None:
    assert all(text[f.start : f.end] == f.quote for f in find(text))


def test_a_huge_line_is_read() -> None:
    assert find("mot " * 250_000) == []


@settings(max_examples=120, deadline=None)
@given(
    st.lists(
        st.text(max_size=40) | st.sampled_from(["Partagez", "A > B > C", "À lire aussi", *ARTICLE])
    )
)
def test_quotes_are_the_text_of_their_span(lines: list[str]) -> None:
    text = "\n".join(lines)
    end = 0
    for finding in find(text):
        assert text[finding.start : finding.end] == finding.quote
        assert finding.start >= end
        end = finding.end
        assert 0.0 <= finding.score <= 1.0
