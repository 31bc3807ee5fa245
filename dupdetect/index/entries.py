"""Documents as a store sees them: a key, a record, posting keys, a trace at their site."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from dupdetect.config import Config
from dupdetect.errors import IndexError_
from dupdetect.index import foreign
from dupdetect.index import sketches as packed
from dupdetect.index.records import pack
from dupdetect.index.sketches import Sketches
from dupdetect.index.stores.base import Entry
from dupdetect.kernels.postings import sorted_lists
from dupdetect.records import Document
from dupdetect.sketch.batch import SketchBatch
from dupdetect.sketch.one import indexed
from dupdetect.sketch.traces import Lines, PageLines, left_by


def key_of(id: str) -> bytes:
    """The store's key of a document; raises TypeError, and IndexError_ for an empty id."""
    if not isinstance(id, str):
        raise TypeError(f"an id must be str, not {type(id).__name__}")
    if not id:
        raise IndexError_("a document in an index needs an id")
    return id.encode("utf-8", "surrogatepass")


def entries(
    documents: Sequence[Document], sketches: Sketches, rows: range, lines: Lines,
    *, keep_text: bool,
) -> list[Entry]:  # fmt: skip
    """Documents with rows of ``sketches``, of which all keys are sorted at once, and the lines of
    those that leave a trace at their site, by row."""
    wanted, n, width = sketches.has_signature, *sketches.bands.shape
    bands, band_at = sorted_lists(sketches.bands.reshape(-1), width * np.arange(n + 1), wanted)
    keys, key_at = sorted_lists(sketches.keys, sketches.key_doc, wanted)
    band_ends, key_ends = band_at.tolist(), key_at.tolist()
    stored = _packed(sketches)
    return [
        Entry(
            key_of(document.id),
            pack(document, sketch=stored[row], keep_text=keep_text),
            bands[band_ends[row] : band_ends[row + 1]],
            keys[key_ends[row] : key_ends[row + 1]],
            *left_by(document, lines.get(row)),
        )
        for document, row in zip(documents, rows, strict=True)
    ]


def entry_of_one(
    document: Document, sketch: NDArray[np.uint8], lines: PageLines | None, *, keep_text: bool
) -> Entry:
    """:func:`entries` of one document with a packed sketch (``sketch.one``)."""
    bands, keys, stored = indexed(sketch)
    record = pack(document, sketch=stored, keep_text=keep_text)
    return Entry(key_of(document.id), record, bands, keys, *left_by(document, lines))


def entry_of_signature(id: str, values: NDArray[np.uint32], config: Config) -> Entry:
    """A document of which only the signature is known: see :mod:`dupdetect.index.foreign`."""
    signature = values.astype("<u4").tobytes()
    record = pack(Document(id=id, text=""), keep_text=False, signature=signature)
    bands = foreign.signature_bands(values, config)
    return Entry(key_of(id), record, bands, np.empty(0, np.uint64))


def _packed(sketches: Sketches) -> list[bytes]:
    """Sketches as they are stored; keys alone, without what they were made of, cannot be."""
    if isinstance(sketches, SketchBatch):
        return packed.pack(sketches)
    return [b""] * len(sketches.has_signature)
