"""Sketches as an index stores them: packed with each document, a batch again when they are needed.

The score of the verifier depends on nothing else: it is the same from a packed sketch as from the
text. Measured on ``news_fr`` (400 words a document): 2.5 KB a document, of which 1.6 KB are the
hashes of the shingles. Signatures (512 bytes) are not stored, since they follow from the shingles.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import accumulate, pairwise
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from dupdetect.config import Config
from dupdetect.errors import IndexCorruptError
from dupdetect.kernels.bands import band_keys
from dupdetect.kernels.compact import count_sketches, pack_sketches, unpack_sketches
from dupdetect.kernels.minhash import minhash
from dupdetect.kernels.pairs import pair_keys
from dupdetect.kernels.sets import sorted_sets
from dupdetect.kernels.views import build_view
from dupdetect.sketch.batch import SketchBatch, View
from dupdetect.sketch.signatures import permutations

#: The packed sketch of no text: no words, one sentence, no shingles, anchors and quotes.
NOTHING = bytes([0, 1, 0, 0, 0])


class Sketches(Protocol):
    """What the index reads of a SketchBatch of n documents.

    ``bands`` uint64[n, bands], ``has_signature`` bool[n], ``key_doc`` int64[n + 1] and ``keys``
    uint64 (the anchor view's index keys of document i are ``keys[key_doc[i]:key_doc[i + 1]]``).
    """

    @property
    def bands(self) -> NDArray[np.uint64]: ...
    @property
    def has_signature(self) -> NDArray[np.bool_]: ...
    @property
    def key_doc(self) -> NDArray[np.int64]: ...
    @property
    def keys(self) -> NDArray[np.uint64]: ...


def pack(batch: SketchBatch) -> list[bytes]:
    """The sketches of a batch, one value per document."""
    stems, skeletons = batch.stems, batch.skeletons
    data, place = pack_sketches(
        batch.word_doc, batch.flags, batch.n_sentences, batch.shingle_doc, batch.shingles,
        stems.doc, stems.key, stems.weight, stems.kind, stems.sentence, stems.token,
        skeletons.doc, skeletons.key, skeletons.weight, skeletons.kind, skeletons.sentence,
        skeletons.token,
    )  # fmt: skip
    joined, ends = data.tobytes(), place.tolist()
    return [joined[first:last] for first, last in pairwise(ends)]


def unpack(sketches: Sequence[bytes], config: Config, *, keys: bool = True) -> SketchBatch:
    """One batch of packed sketches; raises IndexCorruptError.

    Of the token flags only those of quotation are kept. Without ``keys`` there are no signatures,
    bands and index keys in it, which verification needs none of and which take most of the time.
    """
    data, place = joined(sketches)
    size = config.shingle.size
    counts, bad = count_sketches(data, place, size)
    if bad:
        raise damaged(bad - 1, len(sketches))
    words, shingled, anchored = (_offsets(counts[:, field]) for field in (0, 2, 3))
    flags = np.zeros(words[-1], np.uint8)
    shingles = np.empty(shingled[-1], np.uint32)
    n = int(anchored[-1])
    stem, skeleton = np.empty(n, np.uint32), np.empty(n, np.uint32)
    stem_zipf, skeleton_zipf, kind = (np.empty(n, np.uint8) for _ in range(3))
    sentence, token = np.empty(n, np.int32), np.empty(n, np.int32)
    bad = unpack_sketches(
        data, place, counts, words, shingled, anchored, flags, shingles, stem, skeleton, stem_zipf,
        skeleton_zipf, kind, sentence, token,
    )  # fmt: skip
    if bad:
        raise damaged(bad - 1, len(sketches))
    set_doc, shingle_set = sorted_sets(shingled, shingles)
    signatures, has, key_doc, index_keys = _keys(
        config, shingled, shingles, anchored, skeleton, skeleton_zipf, wanted=keys
    )
    return SketchBatch(
        word_doc=words,
        flags=flags,
        n_sentences=counts[:, 1].astype(np.int32),
        shingle_doc=shingled,
        shingles=shingles,
        set_doc=set_doc,
        shingle_set=shingle_set,
        signatures=signatures,
        has_signature=has,
        bands=band_keys(signatures, config.shingle.bands, config.shingle.rows),
        key_doc=key_doc,
        keys=index_keys,
        stems=View(*build_view(anchored, stem, stem_zipf, kind, sentence, token)),
        skeletons=View(*build_view(anchored, skeleton, skeleton_zipf, kind, sentence, token)),
    )


def joined(sketches: Sequence[bytes]) -> tuple[NDArray[np.uint8], NDArray[np.int64]]:
    """Packed sketches one behind the other: uint8[:], and int64[n + 1] where each begins."""
    place = np.array([0, *accumulate(map(len, sketches))], np.int64)
    return np.frombuffer(b"".join(sketches), np.uint8), place


def damaged(number: int, of: int) -> IndexCorruptError:
    """The error that says which packed sketch cannot be."""
    return IndexCorruptError(f"sketch {number} of {of} is damaged")


def _keys(
    config: Config,
    shingle_doc: NDArray[np.int64],
    shingles: NDArray[np.uint32],
    anchor_doc: NDArray[np.int64],
    skeleton: NDArray[np.uint32],
    zipf: NDArray[np.uint8],
    *,
    wanted: bool,
) -> tuple[NDArray[np.uint32], NDArray[np.bool_], NDArray[np.int64], NDArray[np.uint64]]:
    n, shingle, anchor = len(shingle_doc) - 1, config.shingle, config.anchor
    if not wanted:
        none = np.empty((0, shingle.permutations), np.uint32)
        return none, np.empty(0, np.bool_), np.zeros(n + 1, np.int64), np.empty(0, np.uint64)
    a, b = permutations(shingle.permutations, shingle.seed)
    least = max(1, shingle.min_tokens - shingle.size + 1)
    signatures, has = minhash(shingles, shingle_doc, a, b, least)
    return signatures, has, *pair_keys(anchor_doc, skeleton, zipf, anchor.window, anchor.keys)


def _offsets(lengths: NDArray[np.int64]) -> NDArray[np.int64]:
    out = np.zeros(len(lengths) + 1, np.int64)
    np.cumsum(lengths, out=out[1:])
    return out
