"""The furniture of one text, for an index: to reading many texts as one it adds no time.

Most texts hold no line that may be furniture, as a glance tells (:mod:`.glance`). The others, and
those of which more is asked, are read in one call of loops.
"""

from __future__ import annotations

import math
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from dupdetect.kernels.trees import plant
from dupdetect.quality.boilerplate.alone_loops import (
    CODE,
    CONTENT,
    END,
    HASH,
    SIZE,
    START,
    Look,
    Tables,
    lines_to_judge,
    look_at_one,
)
from dupdetect.quality.boilerplate.furniture import (
    WORTH_JUDGING,
    Page,
    code_of,
    hits_of,
    judge_line,
    shipped_lines,
)
from dupdetect.quality.boilerplate.glance import may_hold_furniture
from dupdetect.quality.boilerplate.glance_tables import packed, sight
from dupdetect.quality.boilerplate.lexicon import Hit
from dupdetect.quality.boilerplate.masking import Spans, _vocabulary, mask_many
from dupdetect.quality.characters import character_tables
from dupdetect.quality.line_loops import blank_table
from dupdetect.quality.model import LineModel, sigmoid
from dupdetect.quality.reading import encode


def mask_one(text: str) -> Spans:
    """What :func:`~dupdetect.quality.boilerplate.mask_many` leaves out of a text."""
    known = _glance()
    if known is not None and not may_hold_furniture(encode(text), known):
        return ()
    return lines_and_mask_one(text)[1]


def lines_and_mask_one(text: str) -> tuple[Look, Spans]:
    """What :func:`mask_one` sees of a text, and what it answers."""
    model = shipped_lines()
    if model is None or model.cutoff_shape < WORTH_JUDGING:
        look = look_at_one(encode(text), _tables(), _NO_TREES, 0.0)
        return look, mask_many([text]).of(0)
    look = look_at_one(encode(text), _tables(), model.trees.forest, model.trees.intercept)
    if look.coded or len(look.judged) or len(look.phrases) or len(look.numbers):
        return look, _masked(text, look, model)
    return look, ()


def _masked(text: str, look: Look, model: LineModel) -> Spans:
    lines = look.lines
    n = len(lines)
    spans = list(zip(lines[:, START].tolist(), lines[:, END].tolist(), strict=True))
    page = Page(text, spans, lines[:, SIZE], look.shape, 0, n)
    hits = _hits(page, look)
    found = code_of(text, spans, lines[:, CODE].astype(np.uint8), [(0, n)]) if look.coded else {}
    for line, chance in _chances(look, hits, model):
        if line not in found:
            judged = judge_line(page, line, hits.get(line), chance, model.cutoff_shape)
            if judged is not None:
                found[line] = judged
    return [found[line][1:3] for line in sorted(found)]


def _hits(page: Page, look: Look) -> dict[int, Hit]:
    """What the lexicon knows of lines."""
    if not len(look.phrases) and not len(look.numbers):
        return {}
    phrase, line, place = look.phrases.T
    hits = hits_of(_vocabulary().phrases, phrase, line, place, look.numbers, page.sizes, page.words)
    return {line: hit for line, hit in enumerate(hits) if hit is not None}


def _chances(look: Look, hits: dict[int, Hit], model: LineModel) -> list[tuple[int, float]]:
    """Lines that may be furniture, with the probability that their forms give them."""
    lines, logits, always = look.judged, look.logits, look.always
    if hits:
        bits = np.zeros(len(look.lines), np.uint8)
        for line, hit in hits.items():
            bits[line] = hit.bits
        hashes, content = look.lines[:, HASH].astype(np.uint32), look.lines[:, CONTENT]
        trees = model.trees
        lines, logits, always = lines_to_judge(
            look.shape, hashes, bits, content.astype(np.uint8), trees.forest, trees.intercept
        )
    chances = [_chance(logit) for logit in logits.tolist()]
    if any(
        abs(chance - bound) < _NEAR
        for bound in (WORTH_JUDGING, model.cutoff_shape) for chance in chances
    ):  # fmt: skip
        chances = sigmoid(logits).tolist()
    return [
        (line, chance)
        for i, (line, chance) in enumerate(zip(lines.tolist(), chances, strict=True))
        if i < always or chance >= WORTH_JUDGING
    ]


def _chance(logit: float) -> float:
    """What ``sigmoid`` says to seven digits, which is enough but next to a bound, in a tenth of the
    time for the few lines of one text."""
    return 1.0 / (1.0 + math.exp(min(-logit, 30.0)))


#: Chances this near to a bound are taken as those of many texts are.
_NEAR = 1e-4
_NO_TREES = plant(np.empty((0, 3), np.float32), np.empty(0, np.int32))


@lru_cache(maxsize=1)
def _glance() -> NDArray[np.uint8] | None:
    """What a glance knows, if it has weights to know by."""
    model = shipped_lines()
    if model is None or model.cutoff_shape < WORTH_JUDGING:
        return None
    return packed(sight(model.trees))


@lru_cache(maxsize=1)
def _tables() -> Tables:
    book, words = _vocabulary().phrases, _vocabulary().words
    return Tables(
        blank_table(), *character_tables(), words.keys, words.values, book.table.keys,
        book.table.values, book.bits, book.longest,
    )  # fmt: skip
