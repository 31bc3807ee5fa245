"""Measures of pairs inside a batch of sketches."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from dupdetect.kernels.measures import measure_pairs
from dupdetect.sketch.batch import SketchBatch


def measures(
    batch: SketchBatch, pairs: NDArray[np.int64], *, across: bool, parted: bool, shingle_size: int
) -> NDArray[np.float64]:
    """float64[k, len(MEASURES)] of k pairs of row numbers.

    ``across`` takes the alphabet that is common to several languages (skeletons) in place of stems;
    ``parted`` measures only the parts of both texts that have to do with each other.
    """
    view = batch.skeletons if across else batch.stems
    return measure_pairs(
        np.ascontiguousarray(pairs, np.int64),
        view.doc,
        view.key,
        view.weight,
        view.kind,
        view.sentence,
        view.token,
        batch.n_sentences,
        batch.word_doc,
        batch.flags,
        batch.shingle_doc,
        batch.shingles,
        batch.set_doc,
        shingle_size,
        parted,
    )
