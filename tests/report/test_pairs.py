"""A pair: which side is left, and what the sentences say of it."""

from __future__ import annotations

from typing import Any

import pytest

from dupdetect.records import Document, Match, Passage
from dupdetect.report.pairs import Pair, pair_from_match

A = "Le maire de Valmorin, Hector Grandin, a inauguré 84 logements. Le chantier a duré 11 mois."
B = "Hector Grandin, maire de Valmorin, a ouvert des logements. Les travaux ont pris 11 mois."


def made(direction: Any = "b_from_a", dates: tuple[str | None, str | None] = (None, None)) -> Pair:
    spans = (Passage(0, 61, 0, 57, 0.7), Passage(63, len(A) - 1, 59, len(B) - 1, 0.6))
    match = Match("a", "b", "rewrite", 0.9, 0.05, 0.11, 0.12, direction, spans)
    first = Document(id="a", text=A, published=dates[0])
    second = Document(id="b", text=B, published=dates[1])
    return pair_from_match(match, first, second, limit=1000)


def test_the_reasons_name_order_wording_facts_and_direction() -> None:
    reasons = dict(made().reasons)
    assert list(reasons) == ["Passages", "Wording", "Names and numbers", "Direction"]
    assert reasons["Passages"].startswith("2 passages align, 2 of them in the same order; ")
    assert reasons["Wording"].startswith("11\u202f% of the source’s three-word runs")
    assert "3 of the 4 in the source in the copy" in reasons["Names and numbers"]


@pytest.mark.parametrize(
    ("dates", "said"),
    [
        (("2024-03-12", "2024-03-13T08:00:00"), "dated earlier (2024-03-12 against 2024-03-13"),
        (("2024-03-12T23:30:00-05:00", "2024-03-13T04:00:00Z"), "No date tells"),
        (("2024-03-13T01:00:00+02:00", "2024-03-12T23:30:00Z"), "dated earlier (2024-03-13 01:00"),
        (("2024-03-12", "2024-03-12T09:00"), "No date tells"),
        (("2024-03-14", "2024-03-13"), "No date tells"),
        (("last week", None), "No date tells"),
    ],
)
def test_dates_are_a_reason_only_where_they_say_the_same(
    dates: tuple[str | None, str | None], said: str
) -> None:
    assert said in dict(made(dates=dates).reasons)["Direction"]


def test_without_dates_the_reason_is_what_each_side_lacks() -> None:
    said = dict(made().reasons)["Direction"]
    assert "the source has 1 name or number that the copy lacks, the copy 0 of its own" in said
    assert dict(made("unknown").reasons)["Direction"].startswith("Not known")


def test_the_source_stands_left_whichever_is_called_the_first() -> None:
    pair = made("a_from_b")
    assert (pair.left.known.id, pair.left.role, pair.right.role) == ("b", "source", "copy")
    assert pair.right.own == (("84", "number"),)
    assert made("unknown").left.name == "the left text"


def test_marks_inside_passages_are_notes_and_the_text_is_whole() -> None:
    left = made().left
    assert "".join(segment.text for segment in left.segments) == A
    notes = {part.text: part.note for s in left.segments for part in s.parts if part.note}
    assert notes == {"maire de Valmorin": "same", "84": "number"}


def test_a_translation_has_no_reason_from_wording() -> None:
    match = Match("a", "b", "translation", 0.9)
    documents = Document(id="a", text=A), Document(id="b", text="Nothing of that kind.")
    reasons = dict(pair_from_match(match, *documents, limit=1000).reasons)
    assert list(reasons) == ["Names and numbers", "Direction"]
