# ruff: noqa: E501
"""Lines and sentences: spans that are trimmed, sorted, disjoint, and end where people end them."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dupdetect.text.segments import lines, sentences


def cut(text: str, spans: list[tuple[int, int]]) -> list[str]:
    return [text[start:end] for start, end in spans]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("M. Dupont arrive. Il part.", ["M. Dupont arrive.", "Il part."]),
        ("Mme. Roy et le Dr. Blanc parlent. Fin.", ["Mme. Roy et le Dr. Blanc parlent.", "Fin."]),
        ("J. K. Rowling met George W. Bush. He left.", ["J. K. Rowling met George W. Bush.", "He left."]),
        ("Am 3. Oktober war Feiertag. Es war kalt.", ["Am 3. Oktober war Feiertag.", "Es war kalt."]),
        ("Es war z. B. Montag. Er ging, d.h. nicht.", ["Es war z. B. Montag.", "Er ging, d.h. nicht."]),
        ("Il a dit « Bonjour ! » puis part. Bien.", ["Il a dit « Bonjour ! » puis part.", "Bien."]),
        ("« Quoi ? » Il rit.", ["« Quoi ? »", "Il rit."]),
        ("Elle hésite… puis accepte. Enfin… Non.", ["Elle hésite… puis accepte.", "Enfin…", "Non."]),
        ("Il dit: OK... Fine.", ["Il dit: OK...", "Fine."]),
        ("Le taux est de 3.5 %. Il monte.", ["Le taux est de 3.5 %.", "Il monte."]),
        ("Voir actu-infos.fr. Puis revenir.", ["Voir actu-infos.fr.", "Puis revenir."]),
        ("Elle a eu 4 ans en novembre.Terrible drame.", ["Elle a eu 4 ans en novembre.", "Terrible drame."]),
        ("Vraiment ?! Oui.", ["Vraiment ?!", "Oui."]),
        ("¿Quién es? No lo sé.", ["¿Quién es?", "No lo sé."]),
        ("今日は。 明日も。", ["今日は。", "明日も。"]),
    ],
)  # fmt: skip
def test_sentences_end_where_people_end_them(text: str, expected: list[str]) -> None:
    assert cut(text, sentences(text)) == expected


def test_a_line_break_always_ends_a_sentence() -> None:
    text = "Un titre sans point\n\nUne phrase\nune autre"
    assert cut(text, sentences(text)) == ["Un titre sans point", "Une phrase", "une autre"]


def test_lines_are_trimmed_of_all_kinds_of_space() -> None:
    text = " \u00a0a b\u200b \r\n\u3000\n\ufeffc\u2028d \x85 \u200b"
    assert cut(text, lines(text)) == ["a b", "c", "d"]


@pytest.mark.parametrize("text", ["", " ", "\n\n", "\u200b\ufeff", "\u00a0\r\n\t"])
def test_nothing_visible_gives_nothing(text: str) -> None:
    assert lines(text) == []
    assert sentences(text) == []


def test_a_huge_line_is_one_line() -> None:
    text = "mot " * 200_000
    assert lines(text) == [(0, len(text) - 1)]
    assert len(sentences(text)) == 1


@settings(max_examples=300, deadline=None)
@given(
    st.text(alphabet=st.characters(), max_size=200) | st.text("aA .!?\n»«\"'\u00a01-…", max_size=80)
)
def test_spans_are_trimmed_sorted_disjoint_and_cover_every_letter(text: str) -> None:
    for spans in (lines(text), sentences(text)):
        covered = 0
        for start, end in spans:
            assert covered <= start < end <= len(text)
            assert text[start:end].strip() == text[start:end]
            assert not any(character.isalnum() for character in text[covered:start])
            covered = end
        assert not any(character.isalnum() for character in text[covered:])
