"""Signatures made by datasketch in an index: documents of which nothing else is known.

Such a document has no text, no shingles and no anchors, so that no verdict on it is possible: it is
never among the matches of a query. What its signature can tell, it tells: an estimate of the
Jaccard similarity of the shingles (Broder 1997), with a standard error of at most 0.045 for 128
values. Our signatures are datasketch's ``affine32`` over the same shingles; that a MinHash was made
of 3-word shingles, hashed by ``xxhash.xxh32_intdigest``, cannot be seen from it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from dupdetect.config import Config
from dupdetect.errors import ConfigError
from dupdetect.kernels.bands import band_keys
from dupdetect.sketch.signatures import SCHEME, from_datasketch

if TYPE_CHECKING:
    from datasketch import LeanMinHash, MinHash, MinHashLSH

U32 = NDArray[np.uint32]
U64 = NDArray[np.uint64]


def signatures_of(
    source: MinHashLSH | Iterable[tuple[str, MinHash | LeanMinHash]], config: Config
) -> Iterator[tuple[str, U32]]:
    """Ids and signatures of a MinHashLSH, or of pairs of an id and a MinHash.

    A MinHashLSH keeps the values of its bands only, perhaps some fewer than a signature has. Raises
    ConfigError when they were made otherwise than ``config`` says, or the ids are not ``str``.
    """
    whole = hasattr(source, "hashranges")
    pairs: Iterable[tuple[str, Any]] = _of_lsh(source, config) if whole else source
    for id, value in pairs:
        if not isinstance(id, str):
            raise ConfigError(f"ids are str, not {type(id).__name__}: {id!r}")
        if not (whole or hasattr(value, "hashvalues")):
            raise ConfigError(f"{id!r}: a MinHash is needed, not {type(value).__name__}")
        yield id, value if whole else from_datasketch(value, config)


def _of_lsh(lsh: Any, config: Config) -> Iterator[tuple[str, U32]]:
    if getattr(lsh, "hashfunc", None) or lsh.prepickle:
        raise ConfigError("a MinHashLSH with a hashfunc or with pickled keys cannot be read")
    if lsh.h != config.shingle.permutations:
        raise ConfigError(
            f"this MinHashLSH has {lsh.h} permutations, the configuration "
            f"{config.shingle.permutations}"
        )
    for id in list(lsh.keys.keys()):  # a storage of its own, no dict
        parts = lsh.keys.get(id)
        if sum(map(len, parts)) != 4 * lsh.b * lsh.r:
            raise ConfigError(f"the values of {id!r} have not 32 bits: scheme is not {SCHEME!r}")
        yield id, np.frombuffer(b"".join(parts), ">u4").astype(np.uint32)


def signature_bands(values: U32, config: Config) -> U64:
    """Posting keys of a signature, sorted and unique, of the bands that it has all values of."""
    rows = config.shingle.rows
    known = min(config.shingle.bands, len(values) // rows)
    return np.unique(band_keys(values.reshape(1, -1), known, rows)[0])


def resemblance(own: U32, other: U32) -> float:
    """Estimated Jaccard similarity of two documents' shingles: the share of values that agree."""
    n = min(len(own), len(other))
    return float((own[:n] == other[:n]).mean()) if n else 0.0
