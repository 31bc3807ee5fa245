"""Foreign words in company: the loop against what it stands for, word by word."""

from __future__ import annotations

import random

import pytest

from dupdetect.quality.machine_translation.context_loops import REACH
from dupdetect.quality.machine_translation.lexicon import Lexicon, lexicon, strange_words
from dupdetect.quality.machine_translation.view import View, make_views
from dupdetect.quality.machine_translation.word_loops import (
    CROWDED,
    ENDING,
    FOREIGN,
    OPENER,
    WORTH,
)

_TEXT = (
    "le la maison est de route und with Die The kann über mejor Paris Reuters told La says "
    "quickly IBM été zeitung Sobre Moreover obwohl hat i ß İl Σας x2 the.example transported"
)
WORDS = _TEXT.split()
GAPS = (" ", " ", " ", " ", ", ", "\n", ". ", "-", "/", " «", "» ", ".", "@", "_", " = ", "\u00a0")


def stands_free(text: str, start: int, end: int) -> bool:
    before = text[start - 1] if start else " "
    after = text[end] if end < len(text) else " "
    if before in "./@#_&\\" or after in "/@_&\\=":
        return False
    return after != "." or end + 1 >= len(text) or text[end + 1].isspace() or text[end + 1] in '»”"'


def foreign_nearby(view: View, known: Lexicon, index: int, *, names: bool) -> bool:
    count = 0
    strange = strange_words(view.language)
    for step in (-1, 1):
        for distance in range(1, REACH + 1):
            at = index + step * distance
            if not 0 <= at < len(view.spans) or "\n" in view.gap(view.spans, min(at, at - step)):
                break
            capital, word = view.words[at][0].isupper(), view.words[at].lower()
            if word in known.foreign or (word in strange and (names or not capital)):
                if capital or distance > 1:
                    return True
                count += 1
    return count > 1


def expected(view: View, known: Lexicon, index: int) -> int:
    word, form = view.words[index], int(view.forms[index])
    if not form & (FOREIGN | OPENER | ENDING):
        return 0
    if not stands_free(view.text, *view.spans[index]):
        return 0
    if word in known.openers:
        return WORTH
    crowded = foreign_nearby(view, known, index, names=True)
    if not crowded:
        return WORTH
    sure = word in known.foreign and word not in known.loose
    if not sure or foreign_nearby(view, known, index, names=False):
        return 0
    return WORTH | CROWDED


@pytest.mark.parametrize("language", ["fr", "en", "de", "it", "es"])
def test_the_loop_judges_company_as_written_out(language: str) -> None:
    known = lexicon(language)
    assert known is not None
    rng = random.Random(3)
    pool = [*WORDS, *rng.sample(sorted(known.foreign), 25), *rng.sample(sorted(known.known), 25)]
    pool += [word.capitalize() for word in rng.sample(pool, 20)]
    pool += [word.capitalize() for word in rng.sample(sorted(strange_words(language)), 10)]
    texts = [
        "".join(rng.choice(pool) + rng.choice(GAPS) for _ in range(rng.randrange(40)))
        for _ in range(150)
    ]
    seen = set()
    for view in make_views(texts, language, [None] * len(texts)):
        for index in range(len(view.words)):
            found = int(view.forms[index]) & (WORTH | CROWDED)
            assert found == expected(view, known, index), (view.text, view.words[index])
            seen.add(found)
    assert seen == {0, WORTH, WORTH | CROWDED}
