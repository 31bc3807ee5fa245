"""A glance at a text sees what reading it finds, or says that it must be read."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from dupdetect.quality.boilerplate import look
from dupdetect.quality.boilerplate.alone import _glance, lines_and_mask_one, mask_one
from dupdetect.quality.boilerplate.code import code_in
from dupdetect.quality.boilerplate.furniture import shipped_lines
from dupdetect.quality.boilerplate.glance import may_hold_furniture
from dupdetect.quality.boilerplate.glance_code import may_be_code
from dupdetect.quality.boilerplate.glance_loops import (
    ROWS,
    Seen,
    code_words,
    edges_of,
    lines_of,
    look_up_characters,
    sets_of,
)
from dupdetect.quality.boilerplate.glance_phrases import holds_phrase
from dupdetect.quality.boilerplate.glance_tables import (
    ENDS,
    IN_WORD,
    UNSEEN,
    Sight,
    packed,
    phrase_head,
    sight,
    unpacked,
    word_code,
)
from dupdetect.quality.boilerplate.kernel import CAPITAL_WORDS, CHARS, PROSE, SHORT, WORDS
from dupdetect.quality.boilerplate.lexicon import furniture_phrases
from dupdetect.quality.boilerplate.masking import _vocabulary, mask_many
from dupdetect.quality.reading import encode, read_many

PROSE_LINE = (
    "Le maire a inauguré mardi la passerelle, longue de 240 mètres, devant une foule nombreuse."
)
LINES = (
    "Lire aussi", "Menu", "12 commentaires", "function(){var a=1;}", "Accueil > Sport > Voile", "",
    PROSE_LINE, PROSE_LINE, "Publié le 3 mai 2024", "© 2024", "La suite demain.", "  ", "x",
    "Partager sur Facebook", "« Oui », dit-il.", "Il a dit: \"non\": 3", "Sport / Voile", "a/b",
    'Il a "un nom": "autre"', "Semaine 3", "Error on line 3", "Warning: x on line 3", "A | B | C",
    "東京の朝", "Ça - la", "3", "Le 3 mai, à 10 h 30.", "jQuery (x)", "İstanbul 3", "m² 3",
)  # fmt: skip
#: Characters of all kinds: cases, digits and marks of several scripts, line breaks, what does not
#: show, letters without spaces, characters beyond 65535.
ODD = "aAzé9٣ªـ中가😀𠀀𐐀İ²_-–©.,;:|/\\@“”«»)\"'\u0301"
ODD += " \u00a0\u200b\u00ad\n\r\x0b\x0c\x1c\x85\u2028\u2029"
ARTICLE = st.lists(st.sampled_from(LINES), max_size=9).map("\n".join)
BROKEN = st.tuples(ARTICLE, st.integers(0, 400), st.text(ODD, max_size=3)).map(
    lambda made: made[0][: made[1]] + made[2] + made[0][made[1] :]
)
TEXT = st.one_of(
    ARTICLE, BROKEN, st.text(max_size=70), st.text(ODD, max_size=200),
    st.text("aA 9.\n", max_size=300),
)  # fmt: skip


def _sight() -> Sight:
    model = shipped_lines()
    assert model is not None
    return sight(model.trees)


SIGHT = _sight()


class Taken:
    """What the loops find in a text, one after the other."""

    def __init__(self, text: str) -> None:
        self.codes = encode(text)
        m = len(text) // 64 + 1
        self.flags, self.folded = np.empty((2, 64 * (m + 1)), np.uint8)
        look_up_characters(self.codes, SIGHT.characters, self.flags, self.folded)
        self.sets = np.empty((ROWS, m), np.uint64)
        sets_of(self.flags, self.folded, self.sets)
        self.seen: Seen = lines_of(self.flags, self.sets, len(text))
        room = int(self.seen.first[-1])
        self.edges, self.words = np.empty(2 * room + 8, np.int32), np.empty(room + 3, np.uint64)
        self.n = edges_of(self.sets, self.edges)
        code_words(self.flags, self.folded, self.edges, self.n, self.words)

    def holds_phrase(self) -> bool:
        return holds_phrase(self.codes, self.edges, self.words, self.seen, SIGHT)


def _is_simple(text: str) -> bool:
    """Without letters that are words of their own, and the sign that is."""
    marked = [c for c in text if ord(c) >= 0x2E80 or c == "©"]
    return not marked


@settings(max_examples=300, deadline=None)
@given(TEXT)
@example("a" * 64 + "\n" + "B" * 63 + "\n" + "é" * 65)
@example(f"{PROSE_LINE}\n" * 12)
def test_one_text_as_among_many(text: str) -> None:
    wanted = mask_many([text, "autre"]).of(0)
    assert [tuple(span) for span in mask_one(text)] == wanted
    assert [tuple(span) for span in lines_and_mask_one(text)[1]] == wanted


@settings(max_examples=200, deadline=None)
@given(TEXT)
@example("A" * 130 + " b" * 70)
def test_lines_and_words_are_those_of_reading(text: str) -> None:
    taken, readings = Taken(text), read_many([text], _vocabulary())
    reading, shape = readings.whole, look(readings).forms.shape
    n = len(reading.spans)
    assert taken.seen.starts[:n].tolist() == reading.starts.tolist()
    assert taken.seen.ends[:n].tolist() == reading.ends.tolist()
    assert len(taken.seen.shape) == n
    assert taken.seen.shape[:, CHARS].tolist() == shape[:, CHARS].tolist()
    if not _is_simple(text):
        return
    assert taken.seen.first.tolist() == reading.line.tolist()
    assert taken.n == reading.n_words
    edges = taken.edges[: 2 * taken.n].reshape(-1, 2)
    assert edges.tolist() == np.stack((reading.word_start, reading.word_end), 1).tolist()
    for column in (WORDS, SHORT, CAPITAL_WORDS, PROSE):
        assert taken.seen.shape[:, column].tolist() == shape[:, column].tolist()


@settings(max_examples=200, deadline=None)
@given(TEXT)
def test_known_phrases_are_those_of_reading(text: str) -> None:
    if _is_simple(text):
        readings = read_many([text], _vocabulary())
        known = any(hit is not None for hit in look(readings).hits)
        # Of short lines with numbers it may say so for want of care.
        if known or not any(c.isdigit() for c in text):
            assert Taken(text).holds_phrase() == known


@pytest.mark.parametrize("kind", ["lone", "start", "inside"])
def test_no_phrase_is_overlooked(kind: str) -> None:
    form = {"lone": "{}", "start": "{} qqq", "inside": "qqq {} qqq"}[kind]
    for known in furniture_phrases():
        if known.kind == kind and _is_simple("".join(known.words)):
            assert Taken(form.format(" ".join(known.words).title())).holds_phrase(), known
    assert not Taken(form.format("zzz")).holds_phrase()


def test_most_articles_need_no_reading() -> None:
    image = _glance()
    assert image is not None
    paragraphs = [f"{town} : {' '.join([PROSE_LINE] * 3)}" for town in ("Brest", "Lille", "Sens")]
    text = "\n".join(["Une passerelle inaugurée à Brest", *paragraphs, "« Oui », dit-il."])
    assert not may_hold_furniture(encode(text), image)
    for line in ("Lire aussi", "12 commentaires", "© 2024", "東京", "var a = {}"):
        assert may_hold_furniture(encode(f"{text}\n{line}"), image)


CODE = st.lists(
    st.sampled_from(
        ["function", "(", "(", " ", " ", "window", ".x", "document", "+", "=", "{", "}", ";", "|",
         "googletag", "dataLayer", "adsbygoogle", "jQuery", "_gaq", "»", "”", '"', '":', '"a"', ":",
         "1", "true", "[", "]", "[0]", "@import ", "on line ", "3", "٣", "Warning: ", "TypeError",
         "Uncaught ", "usine 5", "'", "\u00a0", "é", "²", "this", "$", "_", "-", "!", ",", "mot"]
    ), min_size=1, max_size=12,
).map("".join)  # fmt: skip


@settings(max_examples=500, deadline=None)
@given(CODE)
@example('jQuery ("a": 1')
@example('"a" : 1, "b": "c"')
def test_what_may_not_be_code_is_none(line: str) -> None:
    line = line.strip()
    if line:
        taken = Taken(line)
        found = may_be_code(taken.codes, taken.flags, 0, len(line))
        assert found or code_in(line) is None


def test_marks_of_articles_are_no_code() -> None:
    for line in ('"Un titre": ce que dit le maire (absent)', "La semaine 3 (mardi)"):
        taken = Taken(line)
        assert not may_be_code(taken.codes, taken.flags, 0, len(line))


@settings(max_examples=100, deadline=None)
@given(st.lists(st.text("abcéŒß", min_size=1, max_size=20), min_size=1, max_size=9))
def test_words_are_coded_as_phrases_are(words: list[str]) -> None:
    lower = [word.lower() for word in words]
    taken = Taken(" ".join(words) + " 12")
    assert taken.words[: taken.n].tolist() == [word_code(word) for word in [*lower, "0"]]
    assert 0 <= phrase_head([word_code(word) for word in lower[:3]]) < 1 << 64


def test_no_character_of_a_word_is_out_of_sight() -> None:
    hidden = SIGHT.characters & (UNSEEN | ENDS) != 0
    assert hidden.any()
    assert not (SIGHT.characters[hidden] & IN_WORD).any()


def test_what_is_packed_lies_there() -> None:
    whole: Any = unpacked(packed(SIGHT))
    for there, wanted in zip([*whole[:6], *whole.forest], [*SIGHT[:6], *SIGHT.forest], strict=True):
        assert there.dtype == wanted.dtype
        assert there.tolist() == wanted.tolist()
    assert (whole.longest, whole.intercept) == (SIGHT.longest, SIGHT.intercept)
