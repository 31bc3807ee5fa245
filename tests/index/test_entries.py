"""What an index stores of a document that is added alone is what it stores of one among many."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dupdetect.config import Config
from dupdetect.errors import TextError
from dupdetect.index.entries import entries, entry_of_one
from dupdetect.index.stores.base import Entry
from dupdetect.quality.boilerplate import masks
from dupdetect.quality.sketching import mask_page
from dupdetect.records import Document
from dupdetect.sketch.batch import sketch_texts
from dupdetect.sketch.one import known_of, sketch_alone, words_in
from dupdetect.sketch.traces import NO_LINES

CONFIG = Config()
KNOWN = known_of(CONFIG)
STORY = (
    "Le maire de Port-Valmer, Aldric Fennec, a promis mardi 240 mètres de quais neufs pour 2028. "
    "« Nous tiendrons », a-t-il dit devant 412 dockers venus de Carsac et de Brenne.\n"
)
WORDS = st.sampled_from(
    ["quai", "Fennec", "2 700", "«", "»", ".", "de", "Carsac", "\n", "été", "中"]
)
TEXT = st.one_of(
    st.text(max_size=80), st.lists(WORDS, max_size=90).map(" ".join),
    st.integers(0, 4).map(lambda times: STORY * times),
)  # fmt: skip


def told(entry: Entry) -> tuple[bytes, bytes, list[int], list[int], bytes, bytes]:
    assert entry.bands.dtype == entry.anchors.dtype == np.uint64
    return (
        entry.key, entry.record, entry.bands.tolist(), entry.anchors.tolist(), entry.site,
        entry.trace,
    )  # fmt: skip


@settings(deadline=None)
@given(TEXT.filter(lambda text: text.encode("utf-8", "replace").decode() == text), st.booleans())
def test_alone_as_among_others(text: str, keep_text: bool) -> None:
    document = Document(id="é", text=text, url="https://a.example/1", language="fr")
    spans, lines = mask_page(text)
    batch = sketch_texts([STORY, text], CONFIG, masks([(), spans]))
    _, wanted = entries([document, document], batch, range(2), {1: lines}, keep_text=keep_text)
    sketch = sketch_alone(text, KNOWN, spans)
    assert told(entry_of_one(document, sketch, lines, keep_text=keep_text)) == told(wanted)
    assert words_in(sketch) == batch.word_doc[2] - batch.word_doc[1]
    bare = entry_of_one(document, sketch, None, keep_text=keep_text)
    assert (bare.site, bare.trace) == (b"", b"")


def test_a_long_text_has_keys_and_a_short_one_none() -> None:
    for text, some in ((STORY * 3, True), ("Deux mots.", False)):
        entry = entry_of_one(
            Document(id="a", text=text), sketch_alone(text, KNOWN), None, keep_text=False
        )
        assert (len(entry.bands) > 0, len(entry.anchors) > 0) == (some, some)


def test_as_many_documents_as_sketches() -> None:
    with pytest.raises(ValueError, match="argument 2 is"):
        entries(
            [Document(id="a", text="")], sketch_texts(["", ""], CONFIG), range(2), NO_LINES,
            keep_text=True,
        )  # fmt: skip


def test_half_a_character_is_refused() -> None:
    with pytest.raises(TextError):
        sketch_alone("a\ud800", KNOWN)
