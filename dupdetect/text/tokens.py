"""Texts in, token arrays out: the door to the tokenising kernel."""

from __future__ import annotations

import functools
from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from dupdetect.data import load_arrays
from dupdetect.errors import TextError
from dupdetect.kernels.fold import FoldTable
from dupdetect.kernels.tokens import TokenArrays, tokenize


@functools.cache
def fold_table() -> FoldTable:
    """The shipped fold table, loaded once."""
    arrays = load_arrays("fold.npz")
    return FoldTable(arrays["page"], arrays["entry"], arrays["pool"], arrays["alike"])


def tokenize_texts(texts: Sequence[str] | pa.Array | pa.ChunkedArray) -> TokenArrays:
    """Folded tokens of a batch of texts; a null in an Arrow array is an empty text.

    Raises TextError, naming which text, for lone surrogates and (in Arrow data) broken UTF-8.
    """
    data, offsets = utf8_buffers(texts)
    return tokenize(data, offsets, fold_table())


def utf8_buffers(
    texts: Sequence[str] | pa.Array | pa.ChunkedArray,
) -> tuple[npt.NDArray[np.uint8], npt.NDArray[np.int64]]:
    """The texts as one UTF-8 buffer uint8[:] and int64[n + 1] byte offsets into it.

    Arrow buffers are not copied. Raises TextError as :func:`tokenize_texts` does.
    """
    if isinstance(texts, list) and len(texts) == 1 and isinstance(texts[0], str):
        return _one_buffer(texts[0])
    array = _arrow(texts)
    if len(array) == 0:
        return np.empty(0, np.uint8), np.zeros(1, np.int64)
    buffers = array.buffers()
    offsets = np.frombuffer(buffers[1], np.int64)[array.offset : array.offset + len(array) + 1]
    if buffers[2] is None or buffers[2].size == 0:
        return np.empty(0, np.uint8), offsets
    return np.frombuffer(buffers[2], np.uint8), offsets


def utf8_of(text: str) -> npt.NDArray[np.uint8]:
    """A text as UTF-8; raises TextError as :func:`tokenize_texts` does."""
    try:
        return np.frombuffer(text.encode(), np.uint8)
    except UnicodeEncodeError:
        raise TextError(_surrogates([text])) from None


def _one_buffer(text: str) -> tuple[npt.NDArray[np.uint8], npt.NDArray[np.int64]]:
    """One text without Arrow, which takes longer to set up than most texts to tokenise."""
    data = utf8_of(text)
    offsets = np.array([0, data.size])
    offsets.flags.writeable = False  # as Arrow's are: the same kernel serves both
    return data, offsets


def _arrow(texts: Sequence[str] | pa.Array | pa.ChunkedArray) -> Any:
    if not isinstance(texts, (pa.Array, pa.ChunkedArray)):
        try:
            return pa.array(texts, pa.large_string())
        except UnicodeEncodeError:
            raise TextError(_surrogates(texts)) from None
    array = texts.cast(pa.large_string())
    if isinstance(array, pa.ChunkedArray):
        array = array.chunk(0) if array.num_chunks == 1 else array.combine_chunks()
    if array.null_count:
        import pyarrow.compute as pc  # takes 40 ms

        array = pc.fill_null(array, "")
    try:
        array.validate(full=True)
    except pa.ArrowInvalid as error:
        raise TextError(f"not valid UTF-8: {error}") from None
    return array


def _surrogates(texts: Sequence[str]) -> str:
    for number, text in enumerate(texts):
        for at, character in enumerate(text or ""):
            if 0xD800 <= ord(character) <= 0xDFFF:
                return (
                    f"text {number} is not valid Unicode: lone surrogate "
                    f"U+{ord(character):04X} at character {at}"
                )
    return "a text is not valid Unicode"
