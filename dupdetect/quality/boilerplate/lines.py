"""How likely each line of a text is page furniture: lexicon, shape, context, trained weights."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from dupdetect.quality.boilerplate import kernel
from dupdetect.quality.boilerplate.context import features_many
from dupdetect.quality.boilerplate.kernel import PROSE, WORDS
from dupdetect.quality.boilerplate.lexicon import Hit
from dupdetect.quality.boilerplate.limits import HEADLINE_WORDS, PARAGRAPH_WORDS
from dupdetect.quality.characters import character_tables
from dupdetect.quality.model import LineModel
from dupdetect.records import Link

U8 = NDArray[np.uint8]
F32 = NDArray[np.float32]
I64 = NDArray[np.int64]
U32 = NDArray[np.uint32]
#: N-grams taken of a line at most; longer lines are judged by shape.
MAX_GRAMS = 400
#: Logits of the n-grams are divided by this and clipped to ±2 before the trees see them.
GRAM_SCALE = 3.0
#: What a paragraph is given that trees are not asked about.
PARAGRAPH_CHANCE = 0.02


def link_density(spans: Sequence[tuple[int, int]], links: Sequence[Link]) -> F32:
    """Share of each line's characters inside links, -1 for all where no link is known."""
    if not links:
        return np.full(len(spans), -1.0, np.float32)
    out = np.zeros(len(spans), np.float32)
    starts = [start for start, _ in spans]
    for link in links:
        i = max(0, int(np.searchsorted(starts, link.start, "right")) - 1)
        while i < len(spans) and spans[i][0] < link.end:
            start, end = spans[i]
            covered = min(end, link.end) - max(start, link.start)
            if covered > 0:
                out[i] += covered / (end - start)
            i += 1
    return np.minimum(out, np.float32(1.0))


class LineForms(NamedTuple):
    """What lines look like, whatever their language: ``shape float32[n, 20]``, ``hashes uint32[n]``
    of what they say, ``bits uint8[n]`` of what the lexicon knows of them."""

    shape: F32
    hashes: U32
    bits: U8


def line_forms(codes: U32, starts: I64, ends: I64, hits: Sequence[Hit | None]) -> LineForms:
    """The forms of lines."""
    _, lower = character_tables()
    bits = np.array([hit.bits if hit else 0 for hit in hits], np.uint8)
    shape = line_shapes(codes, starts, ends)
    return LineForms(shape, kernel.line_hashes(codes, starts, ends, lower), bits)


def line_shapes(codes: U32, starts: I64, ends: I64) -> F32:
    """The counts of each line, ``float32[n, 20]``: see :data:`kernel.SHAPE_NAMES`."""
    classes, _ = character_tables()
    shape: F32 = kernel.shapes(codes, starts, ends, classes)
    return shape


def line_features(
    codes: U32,
    starts: I64,
    ends: I64,
    hits: Sequence[Hit | None],
    density: F32,
    gram_logits: F32 | None,
    texts: I64 | None = None,
) -> tuple[F32, F32]:
    """``(features float32[n, N_FEATURES], shapes float32[n, 20])`` of a document's lines.

    ``gram_logits`` is None where the n-gram weights do not hold for the language. Of several
    documents ``texts`` gives the range of lines of each, ``int64[documents + 1]``.
    """
    forms = line_forms(codes, starts, ends, hits)
    return features_of(forms, density, gram_logits, _ranges(texts, len(hits))), forms.shape


def features_of(forms: LineForms, density: F32, gram_logits: F32 | None, texts: I64) -> F32:
    """:func:`line_features` of lines whose forms are known."""
    if gram_logits is None:
        scores = np.zeros(len(forms.bits), np.float32)
    else:
        scores = np.clip(gram_logits / np.float32(GRAM_SCALE), -2.0, 2.0).astype(np.float32)
    rows: F32 = features_many(forms.shape, forms.bits, scores, forms.hashes, density, texts)
    return rows


def _ranges(texts: I64 | None, n_lines: int) -> I64:
    return np.array([0, n_lines], np.int64) if texts is None else texts


def gram_logits(codes: U32, starts: I64, ends: I64, model: LineModel) -> F32:
    """What the n-grams of each line say, as logits of furniture."""
    classes, lower = character_tables()
    scores: F32 = kernel.gram_scores(codes, starts, ends, lower, classes, model.grams, MAX_GRAMS)
    return scores + np.float32(model.gram_intercept)


def ask(
    model: LineModel, rows: F32, shape: F32, hits: Sequence[Hit | None], texts: I64 | None = None
) -> F32:
    """Probabilities of furniture, ``float32[n]``; long paragraphs without a known phrase pass."""
    known = np.array([hit is not None for hit in hits], np.bool_)
    asked = (shape[:, PROSE] == 0) | (shape[:, WORDS] < PARAGRAPH_WORDS) | known
    first = _ranges(texts, len(hits))[:-1]
    first = first[first < len(hits)]
    asked[first[~known[first] & (shape[first, WORDS] > HEADLINE_WORDS)]] = False  # the headline
    out = np.full(len(rows), PARAGRAPH_CHANCE, np.float32)
    if asked.any():
        out[asked] = model.predict(rows[asked])
    return out


def probabilities(
    codes: U32,
    starts: I64,
    ends: I64,
    hits: Sequence[Hit | None],
    forms: LineForms,
    *,
    language: str,
    density: F32,
    model: LineModel,
    texts: I64,
) -> F32:
    """The probability that each line is furniture, ``float32[n]``."""
    grams = None
    if language in model.gram_languages:
        grams = gram_logits(codes, starts, ends, model)
    rows = features_of(forms, density, grams, texts)
    return ask(model, rows, forms.shape, hits, texts)
