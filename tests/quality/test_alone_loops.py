"""One text read in one call: what reading and looking at many texts gives, array by array."""

from __future__ import annotations

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from dupdetect.quality.boilerplate import look, mask_many
from dupdetect.quality.boilerplate.alone import mask_one, read_and_mask_one
from dupdetect.quality.boilerplate.alone_loops import lines_to_judge
from dupdetect.quality.boilerplate.furniture import WORTH_JUDGING, shipped_lines
from dupdetect.quality.boilerplate.kernel import SEPARATORS, WORDS
from dupdetect.quality.boilerplate.limits import TRAIL_WORDS
from dupdetect.quality.boilerplate.lines import PARAGRAPH_CHANCE, probabilities
from dupdetect.quality.boilerplate.masking import _vocabulary
from dupdetect.quality.model import sigmoid
from dupdetect.quality.reading import read_many

PIECES = st.sampled_from(
    ["Le", "chat", " ", "\n", "\r\n", "\u2028", "\u200b", "\u00a0", "\t", "12", "à", "lire",
     "aussi", "東京", "©", "\ud800", "😀", "İ", ".", "«", " > ", " | ", "Accueil", "{", "}", ");",
     "Publié le 3 mai", "\nMenu\n", "Partager", "Error:", "in line 7", "https://a.example"]
)  # fmt: skip
PROSE = "Le maire a inauguré mardi la passerelle, longue de 240 mètres, devant une foule nombreuse."
TEXT = st.lists(st.one_of(PIECES, st.just(f"\n{PROSE}\n")), max_size=30).map("".join)
ARRAYS = (
    "codes", "starts", "ends", "word_start", "word_end", "key", "mask", "stem", "capital", "line",
    "sizes", "phrase", "phrase_word", "phrase_size",
)  # fmt: skip


@settings(max_examples=150, deadline=None)
@given(TEXT)
def test_a_text_is_read_as_by_the_reading_of_many(text: str) -> None:
    alone, spans = read_and_mask_one(text)
    among = read_many([text], _vocabulary())
    for name in ARRAYS:
        one, other = getattr(alone.whole, name), getattr(among.whole, name)
        assert one.dtype == other.dtype and np.array_equal(one, other), name
    assert alone.whole.spans == among.whole.spans
    for side in ("base", "lines", "words", "phrases"):
        assert getattr(alone, side).tolist() == getattr(among, side).tolist(), side
    assert list(spans) == list(mask_one(text)) == mask_many([text, PROSE]).of(0)


@settings(max_examples=100, deadline=None)
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
    lines, logits, asked, always = lines_to_judge(
        forms.shape, forms.hashes, forms.bits, model.trees.forest, model.trees.intercept
    )  # fmt: skip
    found = np.where(asked, sigmoid(logits), np.float32(PARAGRAPH_CHANCE))
    assert found.tolist() == wanted[lines].tolist()
    shape = forms.shape
    sure = np.array([hit is not None for hit in hits])
    sure |= (shape[:, SEPARATORS] > 0) & (shape[:, WORDS] <= TRAIL_WORDS)
    assert {*np.flatnonzero(sure | (wanted >= WORTH_JUDGING)).tolist()} <= {*lines.tolist()}
    assert always.astype(bool).tolist() == sure[lines].tolist()
