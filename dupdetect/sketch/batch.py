"""From texts to sketches: all that later stages need of a batch of documents, in flat arrays.

The shingle view (MinHash signatures, LSH bands, shingles) finds copies; the anchor view (numbers,
names, rare words, and pairs of them that stand close together) finds rewrites and translations.
Everything is one array per field with document offsets, so that a batch can be joined to another,
written to disk or mapped from it without touching a Python object per document.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from dupdetect.config import Config
from dupdetect.errors import ModelError
from dupdetect.kernels.anchors import extract_anchors
from dupdetect.kernels.beside import Words
from dupdetect.kernels.sets import tokens_inside
from dupdetect.kernels.shingles import shingle_hashes
from dupdetect.kernels.sketches import Shape, Sketched, sketch_arrays
from dupdetect.kernels.tokens import FURNITURE, IN_QUOTE, TokenArrays
from dupdetect.kernels.views import ViewArrays, build_view
from dupdetect.sketch.background import background
from dupdetect.sketch.signatures import permutations
from dupdetect.text.tokens import tokenize_texts

#: What :func:`dupdetect.kernels.anchors.extract_anchors` returns.
Anchors = tuple[
    NDArray[np.int64],
    NDArray[np.uint32],
    NDArray[np.uint32],
    NDArray[np.uint8],
    NDArray[np.uint8],
    NDArray[np.uint8],
    NDArray[np.int32],
    NDArray[np.int32],
]


@dataclass(frozen=True, slots=True)
class View:
    """Anchors in one alphabet, sorted by (key, place) inside each document.

    ``doc`` int64[n + 1]; ``key`` uint32, ``weight`` float32, ``kind`` uint8 (see
    ``kernels.anchors``), ``sentence`` and ``token`` int32, counted inside the document.
    """

    doc: NDArray[np.int64]
    key: NDArray[np.uint32]
    weight: NDArray[np.float32]
    kind: NDArray[np.uint8]
    sentence: NDArray[np.int32]
    token: NDArray[np.int32]


@dataclass(frozen=True, slots=True)
class SketchBatch:
    """Sketches of n documents.

    ``word_doc`` int64[n + 1] and ``flags`` uint8, the words and their token flags;
    ``n_sentences`` int32[n]; ``shingle_doc``/``shingles`` in text order and
    ``set_doc``/``shingle_set`` sorted and unique, uint32; ``signatures`` uint32[n, P], valid where
    ``has_signature``; ``bands`` uint64[n, B]; ``key_doc``/``keys`` uint64, the anchor view's index
    keys, sorted and unique per document; ``stems`` and ``skeletons`` the two anchor alphabets.
    """

    word_doc: NDArray[np.int64]
    flags: NDArray[np.uint8]
    n_sentences: NDArray[np.int32]
    shingle_doc: NDArray[np.int64]
    shingles: NDArray[np.uint32]
    set_doc: NDArray[np.int64]
    shingle_set: NDArray[np.uint32]
    signatures: NDArray[np.uint32]
    has_signature: NDArray[np.bool_]
    bands: NDArray[np.uint64]
    key_doc: NDArray[np.int64]
    keys: NDArray[np.uint64]
    stems: View
    skeletons: View

    def __len__(self) -> int:
        return int(self.n_sentences.size)

    @property
    def n_words(self) -> NDArray[np.int32]:
        """Words of each document, int32[n]."""
        return np.diff(self.word_doc).astype(np.int32)

    @property
    def nbytes(self) -> int:
        """Bytes held by all arrays."""
        return sum(int(array.nbytes) for array in self.to_arrays().values())

    def to_arrays(self) -> dict[str, NDArray[Any]]:
        """All arrays by name; :meth:`from_arrays` makes the batch again."""
        arrays: dict[str, NDArray[Any]] = {}
        for item in fields(self):
            value = getattr(self, item.name)
            if isinstance(value, View):
                for part in fields(value):
                    arrays[f"{item.name}.{part.name}"] = getattr(value, part.name)
            else:
                arrays[item.name] = value
        return arrays

    @classmethod
    def from_arrays(cls, arrays: dict[str, NDArray[Any]]) -> SketchBatch:
        """The batch that :meth:`to_arrays` took apart; raises ModelError if a field is missing."""
        try:
            views: dict[str, Any] = {
                name: View(**{part.name: arrays[f"{name}.{part.name}"] for part in fields(View)})
                for name in ("stems", "skeletons")
            }
            plain: dict[str, Any] = {
                item.name: arrays[item.name] for item in fields(cls) if item.name not in views
            }
        except KeyError as error:
            raise ModelError(f"not a sketch: {error} is missing") from error
        return cls(**plain, **views)

    @classmethod
    def concat(cls, batches: Sequence[SketchBatch]) -> SketchBatch:
        """One batch of all documents, in order."""
        if len(batches) == 1:
            return batches[0]
        parts = [batch.to_arrays() for batch in batches]
        joined: dict[str, NDArray[Any]] = {}
        for name in parts[0]:
            columns = [part[name] for part in parts]
            if name.endswith("doc"):
                joined[name] = _join_offsets(columns)
            else:
                joined[name] = np.concatenate(columns)
        return cls.from_arrays(joined)


def laid_out(batch: SketchBatch) -> tuple[Words, ViewArrays, ViewArrays]:
    """A batch as kernels of verification take it: words, stems, skeletons."""
    words = Words(
        batch.word_doc, batch.flags, batch.n_sentences, batch.shingle_doc, batch.shingles,
        batch.set_doc,
    )  # fmt: skip
    return words, _arrays(batch.stems), _arrays(batch.skeletons)


def _arrays(view: View) -> ViewArrays:
    return view.doc, view.key, view.weight, view.kind, view.sentence, view.token


class Spans(Protocol):
    """Spans of characters of many texts: text i has ``start[k], end[k]``, k in doc[i]:doc[i + 1].

    In order and disjoint; all int64.
    """

    @property
    def doc(self) -> NDArray[np.int64]: ...
    @property
    def start(self) -> NDArray[np.int64]: ...
    @property
    def end(self) -> NDArray[np.int64]: ...


def sketch_texts(
    texts: Sequence[str], config: Config, furniture: Spans | None = None
) -> SketchBatch:
    """Sketches of a batch of texts (a sequence or an Arrow string array).

    What stands in ``furniture`` (lines around the article) has no anchors and is, like a quotation,
    no word of the text's own; it stays in the shingles, whose similarities are those of all words.
    """
    tokens = tokenize_texts(texts)
    if furniture is not None and furniture.start.size:
        spans = furniture.doc, furniture.start, furniture.end
        inside = tokens_inside(tokens.doc, tokens.start, *spans)
        tokens.flags[inside] |= FURNITURE | IN_QUOTE
    return sketch_tokens(tokens, config)


def sketch_tokens(tokens: TokenArrays, config: Config) -> SketchBatch:
    """Sketches of texts that are already tokens."""
    return _batch(sketch_arrays(tokens, background(), *settings_of(config)))


def settings_of(config: Config) -> tuple[NDArray[np.uint32], NDArray[np.uint32], Shape]:
    """What permutes, and the numbers that kernels take of the settings."""
    shingle, anchor = config.shingle, config.anchor
    shape = Shape(
        shingle.size, max(1, shingle.min_tokens - shingle.size + 1), shingle.bands, shingle.rows,
        round(anchor.max_zipf * 20), anchor.window, anchor.keys,
    )  # fmt: skip
    return *permutations(shingle.permutations, shingle.seed), shape


def _batch(made: Sketched) -> SketchBatch:
    return SketchBatch(*made[:-2], View(*made[-2]), View(*made[-1]))


def shingles_of(
    tokens: TokenArrays, config: Config
) -> tuple[NDArray[np.uint32], NDArray[np.int64]]:
    """Shingle hashes in text order, and each document's range in them."""
    return shingle_hashes(
        tokens.text, tokens.text_start, tokens.text_end, tokens.doc, config.shingle.size
    )


def anchors_of(tokens: TokenArrays, config: Config) -> Anchors:
    """Anchors in text order: see :func:`dupdetect.kernels.anchors.extract_anchors`."""
    return extract_anchors(*tokens, *background(), round(config.anchor.max_zipf * 20))


def view_of(anchors: Anchors, *, across: bool) -> View:
    """The anchors' view in stems or, ``across`` languages, in skeletons."""
    doc, stem, skeleton, stem_zipf, skeleton_zipf, kind, token, sentence = anchors
    key, zipf = (skeleton, skeleton_zipf) if across else (stem, stem_zipf)
    return View(*build_view(doc, key, zipf, kind, sentence, token))


def _join_offsets(columns: Sequence[NDArray[np.int64]]) -> NDArray[np.int64]:
    total, parts = 0, [np.zeros(1, np.int64)]
    for offsets in columns:
        parts.append(offsets[1:] - offsets[0] + total)
        total += int(offsets[-1] - offsets[0])
    return np.concatenate(parts)
