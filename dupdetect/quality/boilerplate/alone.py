"""The furniture of one text, for those who ask for one at a time: an index that is queried.

Most texts hold no line that may be furniture: then nothing is done but two calls of loops.
"""

from __future__ import annotations

from functools import lru_cache

import numpy as np

from dupdetect.quality.boilerplate.alone_loops import Alone, Tables, lines_to_judge, read_alone
from dupdetect.quality.boilerplate.furniture import (
    WORTH_JUDGING,
    Page,
    code_of,
    hits_of,
    judge_line,
    shipped_lines,
)
from dupdetect.quality.boilerplate.lexicon import Hit
from dupdetect.quality.boilerplate.lines import PARAGRAPH_CHANCE
from dupdetect.quality.boilerplate.masking import Spans, _vocabulary, mask_many
from dupdetect.quality.characters import character_tables
from dupdetect.quality.line_loops import blank_table
from dupdetect.quality.model import LineModel, sigmoid
from dupdetect.quality.reading import Reading, Readings, encode


def mask_one(text: str) -> Spans:
    """What :func:`~dupdetect.quality.boilerplate.mask_many` leaves out of a text."""
    return lines_and_mask_one(text)[1]


def lines_and_mask_one(text: str) -> tuple[Alone, Spans]:
    """What :func:`mask_one` sees of a text, and what it answers."""
    seen = read_alone(encode(text), _tables())
    return seen, _masked(text, seen)


def read_and_mask_one(text: str) -> tuple[Readings, Spans]:
    """The reading that :func:`mask_one` makes, and what it answers."""
    codes = encode(text)
    seen = read_alone(codes, _tables())
    reading = Reading(
        text, codes, _spans(seen), *seen[:10], _vocabulary().phrases, *seen[10:13]
    )  # fmt: skip
    return Readings.of(reading), _masked(text, seen)


def _masked(text: str, seen: Alone) -> Spans:
    n, model = len(seen.starts), shipped_lines()
    if model is None:
        return mask_many([text]).of(0)
    if not n:
        return ()
    page = Page(text, _spans(seen), seen.sizes, seen.shape, 0, n)
    hits = _hits(page, seen)
    found = code_of(text, page.spans, seen.code, [(0, n)]) if seen.coded else {}
    for line, chance in _chances(seen, hits, model):
        if line not in found:
            judged = judge_line(page, line, hits.get(line), chance, model.cutoff_shape)
            if judged is not None:
                found[line] = judged
    return [found[line][1:3] for line in sorted(found)]


def _spans(seen: Alone) -> list[tuple[int, int]]:
    return list(zip(seen.starts.tolist(), seen.ends.tolist(), strict=True))


def _hits(page: Page, seen: Alone) -> dict[int, Hit]:
    """What the lexicon knows of lines."""
    if not len(seen.phrase) and not len(seen.numbers):
        return {}
    hits = hits_of(
        _vocabulary().phrases, seen.phrase, seen.lines, seen.places, seen.numbers, seen.sizes,
        page.words,
    )  # fmt: skip
    return {line: hit for line, hit in enumerate(hits) if hit is not None}


def _chances(seen: Alone, hits: dict[int, Hit], model: LineModel) -> list[tuple[int, float]]:
    """Lines that may be furniture, with the probability that their forms give them."""
    bits = np.zeros(len(seen.starts), np.uint8)
    for line, hit in hits.items():
        bits[line] = hit.bits
    lines, logits, asked, always = lines_to_judge(
        seen.shape, seen.hashes, bits, model.trees.forest, model.trees.intercept
    )
    if not len(lines):
        return []
    chances = np.where(asked, sigmoid(logits), np.float32(PARAGRAPH_CHANCE))
    wanted = always.view(np.bool_) | (chances >= WORTH_JUDGING)
    return list(zip(lines[wanted].tolist(), chances[wanted].tolist(), strict=True))


@lru_cache(maxsize=1)
def _tables() -> Tables:
    book, words = _vocabulary().phrases, _vocabulary().words
    return Tables(
        blank_table(), *character_tables(), words.keys, words.values, book.table.keys,
        book.table.values, book.bits, book.longest,
    )  # fmt: skip
