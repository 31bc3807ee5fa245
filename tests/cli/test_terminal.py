"""Crawled text on a terminal: shown, never obeyed."""

from __future__ import annotations

import io
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dupdetect.cli.showing import show_match, show_verdict
from dupdetect.cli.terminal import (
    Terminal,
    clip,
    display_width,
    plain,
    safe_json,
    wants_colour,
    wrap,
)
from dupdetect.records import Document, Finding, Match, Passage, Scores, Verdict

ATTACKS = ["\x1b[2J", "\x1b]0;title\x07", "\x9b31m", "\u202egnp", "\u2066x", "\r\x08", "\U000e0041",
           "\ud800", "\ufeff", "\u2028"]  # fmt: skip
ACTING = set("".join(ATTACKS)) - set("[2J]0;title31mgnpx")


class Tty(io.StringIO):
    """A stream that says it is a terminal."""

    encoding = "utf-8"

    def isatty(self) -> bool:
        return True


@given(st.text(alphabet=st.characters() | st.sampled_from("".join(ATTACKS))))
def test_nothing_that_acts_is_left(text: str) -> None:
    shown = plain(text)
    assert not set(shown) & ACTING
    assert "\n" not in shown and "\t" not in shown
    shown.encode("utf-8")


def test_escapes_are_shown_so_that_a_person_sees_them() -> None:
    assert plain("a\x1b[31mb\u202ec\nd") == r"a\x1b[31mb\u202ec d"
    assert plain("Élan – 東京 – مرحبا") == "Élan – 東京 – مرحبا"


@given(st.dictionaries(st.text(max_size=5), st.text(alphabet=st.characters(codec=None))))
def test_json_keeps_its_value_without_characters_that_act(value: dict[str, str]) -> None:
    text = safe_json(json.dumps(value, ensure_ascii=False, indent=1))
    assert json.loads(text) == value
    assert not set(text) & ACTING


@given(st.text(max_size=60), st.integers(1, 40))
def test_a_clipped_text_fits(text: str, columns: int) -> None:
    assert display_width(clip(text, columns)) <= max(columns, 1)


def test_wide_characters_take_two_columns() -> None:
    assert display_width("東京ab") == 6
    assert clip("東京都庁", 5) == "東京…"


@given(st.text(max_size=200), st.integers(4, 40), st.integers(0, 3))
def test_wrapped_lines_fit_and_keep_every_word(text: str, columns: int, lines: int) -> None:
    shown = wrap(text, columns, lines=lines)
    assert all(display_width(line) <= columns for line in shown)
    assert not lines or len(shown) <= lines
    if lines == 0 and all(display_width(word) <= columns for word in plain(text).split()):
        assert " ".join(shown) == plain(text)


def test_a_cut_quote_says_that_it_goes_on() -> None:
    assert wrap("un deux trois quatre cinq six", 10, lines=2) == ["un deux", "trois qua…"]
    assert wrap("un deux trois", 13, lines=1) == ["un deux trois"]


def test_entries_hang_under_their_label() -> None:
    stream = io.StringIO()
    terminal = Terminal(stream, width=40)
    terminal.entry("0.70", "x " * 30, column=6, mark="A")
    lines = stream.getvalue().splitlines()
    assert lines[0].startswith("  0.70  A  x x")
    assert all(line.startswith(" " * 11 + "x") for line in lines[1:])
    assert all(len(line) <= 40 for line in lines) and len(lines) > 1


def test_a_comparison_says_why_and_what_one_side_alone_has() -> None:
    a = Document(id="a", text="Hier soir, Hector Grandin a inauguré 84 logements à Valmorin.")
    b = Document(id="b", text="Hector Grandin ouvre à Valmorin 91 logements, dit Zoé Perrachon.")
    match = Match("a", "b", "rewrite", 0.9, passages=(Passage(0, 20, 0, 14, 0.98),))
    stream = Tty()
    show_match(Terminal(stream, colour=True, width=90), match, a, b)
    shown = stream.getvalue()
    assert "Only in A           84\n" in shown
    assert "Only in B           91, Zoé Perrachon\n" in shown
    assert "in B stand in A too, 2 of the 3 in A in B." in shown and "1 passage aligns" in shown
    assert "\x1b[31m\x1b[1m0.98\x1b[0m  A  Hier soir" in shown
    assert "\x1b[22m" not in shown


def test_tables_fit_the_width() -> None:
    stream = io.StringIO()
    terminal = Terminal(stream, width=60)
    terminal.table(
        [("0.50", "x" * 200, "y" * 200), ("1.00", "short", "東" * 90)], head=("a", "b", "c")
    )
    lines = stream.getvalue().splitlines()
    assert len(lines) == 3
    assert all(display_width(line) <= 60 for line in lines)


@pytest.mark.parametrize(
    ("environment", "coloured"),
    [({}, True), ({"NO_COLOR": "1"}, False), ({"NO_COLOR": ""}, True), ({"TERM": "dumb"}, False)],
)
def test_colours_on_a_terminal_only_unless_no_color(
    monkeypatch: pytest.MonkeyPatch, environment: dict[str, str], coloured: bool
) -> None:
    monkeypatch.delenv("NO_COLOR", raising=False)
    monkeypatch.setenv("TERM", "xterm")
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    assert wants_colour(Tty()) is coloured
    assert wants_colour(io.StringIO()) is False
    stream = Tty()
    Terminal(stream).table([("0.9", "x")], colours=["red"])
    assert ("\x1b[31m" in stream.getvalue()) is coloured


def test_hostile_documents_cannot_reach_the_terminal() -> None:
    evil = "".join(ATTACKS)
    document = Document(id=evil, text=evil * 5, url=evil, title=evil)
    finding = Finding("seo_link", evil, 0, 4, evil, 0.9)
    match = Match(evil, "b" + evil, "rewrite", 0.9, passages=(Passage(0, 9, 0, 9, 0.5),))
    verdict = Verdict(document, evil, 3, Scores(), (finding,), (match,), {evil: 1.0})
    stream = Tty()
    terminal = Terminal(stream, colour=False)
    show_verdict(terminal, verdict, explain=True)
    show_match(terminal, match, document, document)
    assert not set(stream.getvalue()) & ACTING
    assert r"\x1b[2J" in stream.getvalue()


def test_a_verdict_shows_scores_quotes_and_matches() -> None:
    text = "Un texte. Rendez-vous sur casino.example."
    finding = Finding("seo_link", "unrelated_site", 10, len(text), text[10:], 0.93)
    match = Match("d", "original", "rewrite", 0.97, direction="a_from_b")
    scores = Scores(0.1, 0.2, 0.93, 0.88)
    verdict = Verdict(Document(id="d", text=text), "fr", 6, scores, (finding,), (match,))
    stream = io.StringIO()
    show_verdict(Terminal(stream), verdict)
    shown = stream.getvalue()
    assert "0.93  inserted link · unrelated site\n" in shown
    assert "« Rendez-vous sur casino.example. »" in shown
    assert "0.88  content farm" in shown
    assert "0.97  rewrite  derives from  original" in shown
    assert "\x1b" not in shown
