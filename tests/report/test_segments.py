"""Marks: any spans over any text, nothing lost, nothing doubled."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from dupdetect.report.clean import visible
from dupdetect.report.segments import Note, Span, coverage, segments

spans = st.lists(
    st.builds(
        Span,
        start=st.integers(-3, 40),
        end=st.integers(-3, 50),
        key=st.integers(1, 9),
        weight=st.floats(0, 1),
    ),
    max_size=8,
)


@given(st.text(max_size=40), spans, st.integers(0, 50))
def test_the_runs_joined_are_the_text(text: str, marks: list[Span], limit: int) -> None:
    runs = segments(text, marks, limit=limit)
    assert "".join(run.text for run in runs) == visible(text[:limit])


@given(st.text(min_size=1, max_size=40), spans)
def test_each_character_stands_under_exactly_its_marks(text: str, marks: list[Span]) -> None:
    position = 0
    for run in segments(text, marks, limit=len(text)):
        for offset in range(position, position + len(run.text)):
            over = {
                span.key for span in marks if span.start >= 0 and span.start <= offset < span.end
            }
            assert set(run.keys) == over
        position += len(run.text)


notes = st.lists(
    st.builds(Note, start=st.integers(-3, 40), end=st.integers(-3, 50), name=st.just("only")),
    max_size=8,
)


@given(st.text(max_size=40), spans, notes, st.integers(0, 50))
def test_notes_cut_the_runs_and_lose_nothing(
    text: str, marks: list[Span], remarks: list[Note], limit: int
) -> None:
    runs = segments(text, marks, notes=remarks, limit=limit)
    assert "".join(run.text for run in runs) == visible(text[:limit])
    bare = segments(text, marks, limit=limit)
    assert [(run.keys, run.opens, run.text) for run in runs] == [
        (run.keys, run.opens, run.text) for run in bare
    ]
    position = 0
    for part in (part for run in runs for part in run.parts):
        for offset in range(position, position + len(part.text)):
            noted = any(note.start <= offset < note.end for note in remarks)
            assert bool(part.note) == noted
        position += len(part.text)


def test_a_note_that_crosses_marks_is_cut_at_them() -> None:
    runs = segments("abcdef", [Span(2, 4, 1)], notes=[Note(1, 5, "same")], limit=6)
    assert [[(part.text, part.note) for part in run.parts] for run in runs] == [
        [("a", ""), ("b", "same")],
        [("cd", "same")],
        [("e", "same"), ("f", "")],
    ]


def test_nested_marks_show_the_heavier_one_first_and_open_once() -> None:
    runs = segments("abcdef", [Span(0, 6, 1, 0.5), Span(2, 4, 2, 0.9)], limit=6)
    assert [(run.text, run.keys, run.opens) for run in runs] == [
        ("ab", (1,), (1,)),
        ("cd", (2, 1), (2,)),
        ("ef", (1,), ()),
    ]


def test_coverage_counts_overlaps_once() -> None:
    assert coverage(10, [Span(0, 4, 1), Span(2, 6, 2), Span(3, 5, 3)]) == 0.6
    assert coverage(0, []) == 0.0
