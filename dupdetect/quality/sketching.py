"""Sketches of texts less the furniture of their pages.

Menus, share prompts and leftover code are no part of an article: with their words for anchors, two
pages of one site or one player's script look like texts on one subject.
"""

from __future__ import annotations

from collections.abc import Sequence

from dupdetect.config import Config
from dupdetect.quality.boilerplate import Spans, mask_many, masks
from dupdetect.quality.boilerplate.alone import mask_one
from dupdetect.sketch.batch import SketchBatch, sketch_texts


def sketch_articles(
    texts: Sequence[str], config: Config, masked: Sequence[Spans] | None = None
) -> SketchBatch:
    """:func:`~dupdetect.sketch.batch.sketch_texts` with each text's furniture left out of view.

    ``masked``: the spans of each text that assessing it has told (``Assessment.masked``).
    """
    if masked is None and len(texts) == 1:  # a query: half of the time of the next one
        masked = [mask_one(texts[0])]
    hidden = mask_many(texts) if masked is None else masks(masked)
    return sketch_texts(texts, config, hidden)
