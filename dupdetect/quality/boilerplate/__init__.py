"""Page furniture in a text, line by line: menus, prompts, notes, leftovers.

A finding is a whole line, trimmed; of a line of running text that ends in a script, the script. Its
score is the probability that it is no content. Put together are phrases known by function in five
languages, the form of the line, and trained weights that see the line among its neighbours (absent
weights: the first two alone). Lines of leftover program text are known by their form.
"""

from __future__ import annotations

from dupdetect.quality.boilerplate.furniture import (
    FurnitureLine,
    Looks,
    find,
    furniture_lines,
    furniture_lines_many,
    line_hits,
    look,
    share,
)
from dupdetect.quality.boilerplate.masking import Masks, Spans, mask_many, masks, spans_to_mask

__all__ = [
    "FurnitureLine",
    "Looks",
    "Masks",
    "Spans",
    "find",
    "furniture_lines",
    "furniture_lines_many",
    "line_hits",
    "look",
    "mask_many",
    "masks",
    "share",
    "spans_to_mask",
]
