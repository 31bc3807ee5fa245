"""One text read in one call: what reading and looking at many texts gives, array by array."""

from __future__ import annotations

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from dupdetect.quality.boilerplate import look, mask_many
from dupdetect.quality.boilerplate.alone import _tables, mask_one
from dupdetect.quality.boilerplate.alone_loops import UNLIKELY, lines_to_judge, look_at_one
from dupdetect.quality.boilerplate.code import code_marks
from dupdetect.quality.boilerplate.furniture import WORTH_JUDGING, shipped_lines
from dupdetect.quality.boilerplate.kernel import SEPARATORS, WORDS, phrase_places
from dupdetect.quality.boilerplate.limits import LONE_WORDS, TRAIL_WORDS
from dupdetect.quality.boilerplate.lines import PARAGRAPH_CHANCE, probabilities
from dupdetect.quality.boilerplate.masking import _vocabulary
from dupdetect.quality.model import sigmoid
from dupdetect.quality.reading import encode, read_many

PIECES = st.sampled_from(
    ["Le", "chat", " ", "\n", "\r\n", "\u2028", "\u200b", "\u00a0", "\t", "12", "à", "lire",
     "aussi", "東京", "©", "\ud800", "😀", "İ", ".", "«", " > ", " | ", "Accueil", "{", "}", ");",
     "Publié le 3 mai", "\nMenu\n", "Partager", "Error:", "in line 7", "https://a.example"]
)  # fmt: skip
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
    columns = [reading.starts, reading.ends, reading.sizes, marks, forms.hashes]
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
        forms.shape, forms.hashes, np.zeros_like(forms.bits), model.trees.forest,
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
    lines, logits, always = lines_to_judge(
        forms.shape, forms.hashes, forms.bits, model.trees.forest, model.trees.intercept
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
