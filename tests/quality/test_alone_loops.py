"""One text read in one call: what reading and looking at many texts gives, array by array."""

from __future__ import annotations

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from dupdetect.quality.boilerplate import look, mask_many
from dupdetect.quality.boilerplate.alone import _tables, mask_one
from dupdetect.quality.boilerplate.alone_loops import UNLIKELY, lines_to_judge, look_at_one
from dupdetect.quality.boilerplate.code import code_marks
from dupdetect.quality.boilerplate.content_lines import content_lines
from dupdetect.quality.boilerplate.furniture import (
    WORTH_JUDGING,
    Page,
    judge_line,
    shipped_lines,
)
from dupdetect.quality.boilerplate.kernel import (
    SEPARATORS,
    WORDS,
    line_hashes,
    phrase_places,
    shapes,
)
from dupdetect.quality.boilerplate.limits import LONE_WORDS, TRAIL_WORDS
from dupdetect.quality.boilerplate.line_scan import scan_lines
from dupdetect.quality.boilerplate.lines import PARAGRAPH_CHANCE, probabilities
from dupdetect.quality.boilerplate.masking import _vocabulary
from dupdetect.quality.loops import find_words
from dupdetect.quality.marks import CAMEL, FAMOUS
from dupdetect.quality.model import sigmoid
from dupdetect.quality.reading import encode, read_many

PIECES = st.sampled_from(
    ["Le", "chat", " ", "\n", "\r\n", "\u2028", "\u200b", "\u00a0", "\t", "12", "à", "lire",
     "aussi", "東京", "©", "\ud800", "😀", "İ", ".", "«", " > ", " | ", "Accueil", "{", "}", ");",
     "Publié le 3 mai", "\nMenu\n", "Partager", "Error:", "in line 7", "https://a.example"]
)  # fmt: skip
ODD = "aA é9٣ªـ中가😀𠀀©.,;:|/@“)\"'\u0301\u00a0"
PROSE = "Le maire a inauguré mardi la passerelle, longue de 240 mètres, devant une foule nombreuse."
TEXT = st.lists(st.one_of(PIECES, st.just(f"\n{PROSE}\n")), max_size=30).map("".join)


@settings(max_examples=150, deadline=None)
@given(TEXT)
def test_a_look_at_one_text_shows_what_is_seen_among_many(text: str) -> None:
    model = shipped_lines()
    assert model is not None
    found = look_at_one(encode(text), _tables(), model.trees.forest, model.trees.intercept)
    readings = read_many([text], _vocabulary())
    reading, forms = readings.whole, look(readings).forms
    marks = code_marks(reading.codes, reading.starts, reading.ends)
    content = content_lines(
        reading.codes, reading.starts, reading.ends, forms.shape, _tables().classes
    )
    columns = [reading.starts, reading.ends, reading.sizes, marks, forms.hashes, content]
    assert found.lines.T.tolist() == [column.tolist() for column in columns]
    assert found.shape.tolist() == forms.shape.tolist()
    assert found.coded == bool(marks.any())
    lines, places, numbers = phrase_places(
        reading.line, reading.phrase_word, reading.key, LONE_WORDS
    )
    wanted = [reading.phrase.tolist(), lines.tolist(), places.tolist()]
    assert found.phrases.T.tolist() == wanted
    assert found.numbers.tolist() == numbers.tolist()
    judged = lines_to_judge(
        forms.shape, forms.hashes, np.zeros_like(forms.bits), content, model.trees.forest,
        model.trees.intercept,
    )  # fmt: skip
    assert found.judged.tolist() == judged[0].tolist()
    assert (found.logits.tolist(), found.always) == (judged[1].tolist(), judged[2])
    assert list(mask_one(text)) == mask_many([text, PROSE]).of(0)


@settings(max_examples=150, deadline=None)
@given(TEXT)
def test_lines_have_the_chances_that_they_have_among_many(text: str) -> None:
    model = shipped_lines()
    assert model is not None
    readings = read_many([text], _vocabulary())
    reading, (hits, _, forms) = readings.whole, look(readings)
    if not hits:
        return
    wanted = probabilities(
        reading.codes, reading.starts, reading.ends, hits, forms, language="und",
        density=np.full(len(hits), -1.0, np.float32), model=model, texts=readings.lines,
    )  # fmt: skip
    content = np.zeros(len(hits), np.uint8)
    lines, logits, always = lines_to_judge(
        forms.shape, forms.hashes, forms.bits, content, model.trees.forest, model.trees.intercept
    )
    asked = np.isfinite(logits)
    assert sigmoid(logits[asked]).tolist() == wanted[lines[asked]].tolist()
    assert {*wanted[lines[~asked]].tolist()} <= {float(np.float32(PARAGRAPH_CHANCE))}
    shape = forms.shape
    sure = np.array([hit is not None for hit in hits])
    sure |= (shape[:, SEPARATORS] > 0) & (shape[:, WORDS] <= TRAIL_WORDS)
    assert lines[:always].tolist() == np.flatnonzero(sure).tolist()
    likely = np.flatnonzero(~sure & (wanted >= WORTH_JUDGING)).tolist()
    assert {*likely} <= {*lines[always:].tolist()}
    assert (logits[always:] >= UNLIKELY).all()


SENTENCES = st.lists(
    st.sampled_from(
        ["« Oui », dit-il.", "Il est 12 heures.", "12 mai 2024.", "Accueil » Sport » Voile.",
         "Sport / Voile ?", "Le 3 mai, à 10 h 30.", "Menu.", "« A » B.", "Et puis ?", "\"Non.",
         "m² ² ².", "Sport | Voile.", "Home · News ”", "10-11-12 a-b.", "…", "“", '"', "¼ ½.",
         "Tôt", PROSE, ""]
    ), max_size=8,
)  # fmt: skip


@settings(max_examples=200, deadline=None)
@given(st.one_of(SENTENCES.map("\n".join), TEXT, st.text(ODD + "\n", max_size=60)))
def test_content_lines_are_found_for_nothing_whatever_their_chance(text: str) -> None:
    readings = read_many([text], _vocabulary())
    reading, forms = readings.whole, look(readings).forms
    content = content_lines(
        reading.codes, reading.starts, reading.ends, forms.shape, _tables().classes
    )
    page = Page(text, reading.spans, reading.sizes, forms.shape, 0, len(reading.spans))
    for line in np.flatnonzero(content).tolist():
        for chance in (0.3, 0.7, 1.0):
            assert judge_line(page, line, None, chance, 0.3) is None


def test_sentences_beside_running_text_are_content() -> None:
    lines = [PROSE, "Il a fini ?", "Menu", "12 mai 2024.", PROSE]
    reading = read_many(["\n".join(lines)], _vocabulary())
    whole, shape = reading.whole, look(reading).forms.shape
    found = content_lines(whole.codes, whole.starts, whole.ends, shape, _tables().classes)
    assert found[1:4].tolist() == [1, 0, 0]


@settings(max_examples=300, deadline=None)
@given(st.one_of(TEXT, st.text(max_size=60), st.text(ODD, max_size=60)))
def test_one_walk_finds_what_four_find(text: str) -> None:
    tables = _tables()
    reading = read_many([text], _vocabulary()).whole
    codes, starts, ends = reading.codes, reading.starts, reading.ends
    words = find_words(
        codes, starts, ends, tables.classes, tables.lower, tables.word_keys, tables.word_bits,
        CAMEL, FAMOUS,
    )  # fmt: skip
    key, mask, line, shape, hashes, marks = scan_lines(
        codes, starts, ends, tables.classes, tables.lower, tables.word_keys, tables.word_bits
    )
    assert key.tolist() == words[2].tolist()
    assert mask.tolist() == (words[3] & ~np.uint64(1 << CAMEL)).tolist()
    assert line.tolist() == words[6].tolist()
    assert shape.tolist() == shapes(codes, starts, ends, tables.classes).tolist()
    assert hashes.tolist() == line_hashes(codes, starts, ends, tables.lower).tolist()
    assert marks.tolist() == code_marks(codes, starts, ends).tolist()
