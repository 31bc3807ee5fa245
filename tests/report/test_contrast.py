"""What one text alone has, and which words both have inside a passage."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from dupdetect.report.contrast import Contrast, contrast

SOURCE = (
    "La digue de Plouharec a cédé mardi à 6 h 40. Selon le préfet Yann Kerbellec, 3 400 habitants "
    "ont été évacués vers Saint-Cado. Les dégâts atteignent 2,7 millions d’euros."
)
COPY = (
    "Mardi vers 6 h 40, la digue de Plouharec a lâché. Le préfet, Yann Kerbellec, parle de 3 400 "
    "personnes évacuées. La facture serait de 2,7 millions d’euros, estime Bérengère Loussouarn, "
    "présente avec 58 pompiers."
)


def own(found: Contrast, a: str, b: str) -> tuple[list[tuple[str, str]], ...]:
    """What each side alone has, as strings with their kinds."""
    return tuple(
        [(text[item.start : item.end], item.kind) for item in facts.own]
        for text, facts in zip((a, b), found.facts, strict=True)
    )


def passage(a: str, b: str, first: str, second: str) -> dict[str, float]:
    at, to = a.index(first), b.index(second)
    return {"a_start": at, "a_end": at + len(first), "b_start": to, "b_end": to + len(second),
            "similarity": 0.6}  # fmt: skip


def test_names_and_numbers_of_one_side_are_found_where_they_stand() -> None:
    left, right = own(contrast(SOURCE, COPY, [], across=False), SOURCE, COPY)
    assert left == [("Saint-Cado", "name")]
    assert right == [("Bérengère Loussouarn", "name"), ("58", "number")]


def test_swapping_the_texts_swaps_the_answer() -> None:
    there, back = (
        contrast(SOURCE, COPY, [], across=False),
        contrast(COPY, SOURCE, [], across=False),
    )
    assert there.facts == back.facts[::-1]


def test_facts_are_counted_once_and_the_shared_ones_agree() -> None:
    left, right = contrast(SOURCE, COPY, [], across=False).facts
    assert 0 < left.shared < left.total and right.shared < right.total
    same = contrast(SOURCE, SOURCE, [], across=False)
    assert all(facts.own == () and facts.total == facts.shared > 0 for facts in same.facts)


def test_a_number_with_groups_or_decimals_is_marked_whole() -> None:
    a = "Le chantier de Plouharec a coûté 12 450 euros puis encore 3,75 millions au département."
    left, _ = own(contrast(a, "Le chantier de Plouharec avance.", [], across=False), a, "")
    assert [text for text, kind in left if kind == "number"] == ["12 450", "3,75"]


def test_a_name_that_begins_a_sentence_elsewhere_is_no_own_name() -> None:
    a = "Hier encore, personne ne connaissait Kerbellec dans la ville de Plouharec."
    b = "Kerbellec vit dans la ville de Plouharec."
    assert own(contrast(a, b, [], across=False), a, b) == ([], [])


def test_names_are_matched_across_languages() -> None:
    a = "The dyke at Plouharec broke, said prefect Yann Kerbellec, and 3,400 people were moved."
    left, _ = own(contrast(a, SOURCE, [], across=True), a, SOURCE)
    assert left == []


def test_runs_of_three_words_are_found_inside_passages_only() -> None:
    first, second = "La digue de Plouharec a cédé mardi à 6 h 40", "la digue de Plouharec a lâché"
    found = contrast(SOURCE, COPY, [passage(SOURCE, COPY, first, second)], across=False)
    assert [SOURCE[s:e] for s, e in found.runs[0]] == ["La digue de Plouharec a"]
    assert [COPY[s:e] for s, e in found.runs[1]] == ["la digue de Plouharec a"]


def test_texts_without_words_have_nothing() -> None:
    assert contrast("", " … ", [], across=False) == Contrast()


@settings(max_examples=40)
@given(
    st.text(max_size=80),
    st.text(max_size=80),
    st.lists(st.integers(0, 90), min_size=4, max_size=4),
    st.booleans(),
)
def test_any_texts_and_spans_give_spans_inside_the_texts(
    a: str, b: str, ends: list[int], across: bool
) -> None:
    odd = {"a_start": ends[0], "a_end": ends[1], "b_start": ends[2], "b_end": ends[3]}
    found = contrast(a, b, [odd], across=across)
    for text, facts, runs in zip((a, b), found.facts, found.runs, strict=True):
        spans = [(item.start, item.end) for item in facts.own]
        assert spans == sorted(spans)
        assert all(0 <= start < end <= len(text) for start, end in (*spans, *runs))
