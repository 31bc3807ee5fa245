"""The furniture of one text, for those who ask for one at a time: an index that is queried.

Four of five texts hold no known phrase and no program text; then half of the steps that readings of
many texts take find nothing, and are not taken.
"""

from __future__ import annotations

import numpy as np

from dupdetect.quality.boilerplate.code import code_marks
from dupdetect.quality.boilerplate.furniture import Looks, look
from dupdetect.quality.boilerplate.lexicon import LONE_WORDS, Hit
from dupdetect.quality.boilerplate.lines import line_forms
from dupdetect.quality.boilerplate.masking import Spans, _vocabulary, spans_to_mask
from dupdetect.quality.loops import NUMBER_KEY
from dupdetect.quality.reading import Reading, read_many


def mask_one(text: str) -> Spans:
    """What :func:`~dupdetect.quality.boilerplate.mask_many` leaves out of a text."""
    readings = read_many([text], _vocabulary())
    reading = readings.whole
    if not reading.spans:
        return ()
    if _may_be_known(reading) or code_marks(reading.codes, reading.starts, reading.ends).any():
        return spans_to_mask(readings, look(readings))[0]
    hits: list[Hit | None] = [None] * len(reading.spans)
    forms = line_forms(reading.codes, reading.starts, reading.ends, hits)
    return spans_to_mask(readings, Looks(hits, {}, forms))[0]


def _may_be_known(reading: Reading) -> bool:
    """Whether the lexicon may know a line: by a phrase, or as a short line with numbers."""
    if len(reading.phrase):
        return True
    numbers = np.flatnonzero(reading.key == np.uint64(NUMBER_KEY))
    lines = reading.line.searchsorted(numbers, "right") - 1
    return bool((reading.sizes[lines] <= LONE_WORDS).any())
