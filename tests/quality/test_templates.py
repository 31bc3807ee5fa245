"""The lines by which a site knows a page: which ones, and the same whoever reads the page."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dupdetect.config import Config
from dupdetect.quality import assess_many
from dupdetect.quality.boilerplate.page_loops import KEY_WORDS, line_keys, page_lines
from dupdetect.quality.boilerplate.templates import pages_of, site_keys, text_lines
from dupdetect.quality.reading import read_many
from dupdetect.quality.sketching import sketch_articles, sketch_pages
from dupdetect.quality.vocabulary import vocabulary
from dupdetect.records import Document
from dupdetect.sketch.traces import MOST_LINES, WORD_BITS

FURNITURE = "Partagez sur Facebook"
STORY = (
    "Le conseil municipal a voté lundi la rénovation du pont des Ardoises, fermé depuis deux ans "
    "après une crue qui avait emporté son tablier et la moitié de la rive gauche du village.\n\n"
    "Les travaux commenceront en mars"
)


def page(*lines: str, hidden=()):
    text = "\n".join(lines)
    readings = read_many(["Un autre texte", text], vocabulary("fr"))
    return pages_of(readings, [(), list(hidden)], [1])[1], text_lines(readings.one(1), ())


def test_short_lines_leave_their_keys_once() -> None:
    own, lines = page("Un mot", "mot " * 40, "Le 3 mai", "un mot", "", "Le 12 mai")
    keys = site_keys(lines).tolist()
    assert len(keys) == 4 and len(set(keys)) == 2
    assert sorted(own.keys.tolist()) == sorted(set(keys))
    words = (own.longest & ((1 << WORD_BITS) - 1)).tolist()
    assert words[:3] == [40, 3, 3] and words == sorted(words, reverse=True)


def test_of_many_lines_the_first_and_the_last_are_kept_and_masked_ones_only_if_there_is_room():
    lines = [f"ligne {'x' * number}" for number in range(1, 101)]
    own, known = page(*lines)
    keys = site_keys(known).tolist()
    half = MOST_LINES // 2
    assert set(own.keys.tolist()) == {*keys[:half], *keys[-half:]}
    start = sum(len(line) + 1 for line in lines[:1])
    hidden = [(0, len(lines[0])), (start, start + len(lines[1]))]
    own, _ = page(*lines, hidden=hidden)
    assert set(own.keys.tolist()) == {*keys[2 : half + 2], *keys[-half:]}
    own, _ = page(*lines[:10], hidden=hidden)
    assert set(own.keys.tolist()) == set(keys[:10])
    assert not {*(own.longest >> WORD_BITS).tolist()} & set(keys[:2])


def test_spans_inside_of_a_line_hide_nothing() -> None:
    own, lines = page("Un mot", "La fin window.x = {}", hidden=[(14, 27)])
    assert sorted(own.keys.tolist()) == sorted(site_keys(lines).tolist())
    assert np.count_nonzero(own.longest) == 2


def slow(words, line, hidden, most, longest):
    keys = []
    for i in range(len(line) - 1):
        key = sum(
            (int(word) | 1) * pow(0x9E3779B97F4A7C15, at, 1 << 64)
            for at, word in enumerate(words[line[i] : line[i + 1]][:KEY_WORDS])
        ) % (1 << 64)
        keys.append(key ^ key >> 29)
    sizes = np.diff(line).tolist()
    short = [i for i, size in enumerate(sizes) if 0 < size <= KEY_WORDS]
    chosen = []
    for late in (0, 1):
        own, front = [i for i in short if hidden[i] == late], True
        while own and len(chosen) < most:
            key = keys[own.pop(0 if front else -1)] >> 40
            front = not front
            if key not in chosen:
                chosen.append(key)
    order = sorted((i for i, s in enumerate(sizes) if s and not hidden[i]), key=lambda i: -sizes[i])
    top = [(keys[i] >> 40) << 8 | min(sizes[i], 255) for i in order[:longest]]
    return keys, chosen, top + [0] * (longest - len(top))


@settings(deadline=None)
@given(st.lists(st.tuples(st.lists(st.integers(0, 3), max_size=30), st.booleans()), max_size=8))
def test_loops_do_what_plain_python_does(lines) -> None:
    words = np.array([word for line, _ in lines for word in line], np.uint64) * np.uint64(77773)
    starts = np.cumsum([0, *(len(line) for line, _ in lines)]).astype(np.int64)
    hidden = np.array([masked for _, masked in lines], np.uint8)
    keys, chosen, top = slow(words, starts, hidden, 4, 3)
    assert line_keys(words, starts).tolist() == keys
    first, last = np.array([0], np.int64), np.array([len(lines)], np.int64)
    found, counts, longest = page_lines(words, starts, first, last, hidden, KEY_WORDS, 4, 3)
    assert found[0, : counts[0]].tolist() == chosen
    assert longest[0].tolist() == top


@pytest.mark.parametrize("together", [True, False])
def test_a_page_is_known_by_the_same_lines_however_it_is_read(together: bool) -> None:
    texts = [f"{FURNITURE}\n\n{STORY}\nNumber {i}" for i in range(3)]
    documents = [Document(str(i), text, url="https://a.example/") for i, text in enumerate(texts)]
    parts = [[0, 1, 2]] if together else [[0], [1], [2]]
    for part in parts:
        own = [texts[i] for i in part]
        batch, lines = sketch_pages(own, Config(), range(len(part)))
        assert (batch.signatures == sketch_articles(own, Config()).signatures).all()
        assessed = assess_many(
            [documents[i] for i in part], config=Config(), languages=["fr"] * len(part),
            masked=True, pages=True,
        )  # fmt: skip
        for number, assessment in enumerate(assessed):
            assert assessment.page is not None
            assert assessment.page.keys.tolist() == lines[number].keys.tolist()
            assert assessment.page.longest.tolist() == lines[number].longest.tolist()


def test_only_who_asks_and_has_a_url_gets_lines() -> None:
    document = Document("a", STORY)
    known = [
        assess_many([one], config=Config(), languages=["fr"], masked=True, pages=pages)[0].page
        for one, pages in ((document, True), (Document("a", STORY, url="https://a.fr/"), False))
    ]
    assert known == [None, None]
    assert sketch_pages([STORY, STORY], Config(), [1])[1].keys() == {1}
    assert sketch_pages([STORY], Config(), [])[1] == {}
