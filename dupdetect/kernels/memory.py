"""Short words that a batch has met: most words of a text are the same few hundred.

A word of at most eight bytes is its own key, so that a memory never mistakes one for another; each
slot keeps the word that came last.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from dupdetect.kernels._jit import inlined, kernel, load64

U8 = NDArray[np.uint8]
U32 = NDArray[np.uint32]

#: Bytes of the words that are remembered.
SHORTEST, LONGEST = 2, 8
#: Bits of the number of slots: for one text a first-level cache's worth, for many a second's.
_FEW, _MANY = 9, 12
#: Words from which on there are many.
_MANY_WORDS = 8_192


class Memory(NamedTuple):
    """Words as their bytes (0: none) and what is known of each."""

    word: NDArray[np.uint64]
    stem: U32
    skeleton: U32
    stem_zipf: U8
    skeleton_zipf: U8


@kernel
def remember(words: int) -> Memory:
    """An empty memory for a batch of so many words."""
    size = 1 << (_MANY if words >= _MANY_WORDS else _FEW)
    return Memory(
        np.zeros(size, np.uint64), np.empty(size, np.uint32), np.empty(size, np.uint32),
        np.empty(size, np.uint8), np.empty(size, np.uint8),
    )  # fmt: skip


@inlined
def recall(memory: Memory, text: U8, start: int, end: int) -> tuple[np.uint64, int]:
    """The bytes of ``text[start:end]`` as one number and the slot where they belong.

    0 for a word that is never remembered: of another length, or at the very end of the text.
    """
    if end - start < SHORTEST or end - start > LONGEST or start + LONGEST > text.size:
        return np.uint64(0), 0
    word = load64(text.ctypes.data + start)
    word &= (~np.uint64(0)) >> np.uint64(8 * (LONGEST - (end - start)))
    slot = (word * np.uint64(0x9E3779B97F4A7C15)) >> np.uint64(48)
    return word, int(np.int64(slot & np.uint64(memory.word.size - 1)))
