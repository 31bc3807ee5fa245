"""Sketches of texts less the furniture of their pages.

Menus, share prompts and leftover code are no part of an article: with their words for anchors, two
pages of one site or one player's script look like texts on one subject.
"""

from __future__ import annotations

from collections.abc import Sequence

from dupdetect.config import Config
from dupdetect.quality.boilerplate import mask_many
from dupdetect.sketch.batch import SketchBatch, sketch_texts


def sketch_articles(texts: Sequence[str], config: Config) -> SketchBatch:
    """:func:`~dupdetect.sketch.batch.sketch_texts` with each text's furniture left out of view."""
    return sketch_texts(texts, config, mask_many(texts))
