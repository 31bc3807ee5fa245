"""The permutations of our MinHash, and the bridge to datasketch."""

from __future__ import annotations

import functools
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from dupdetect.config import Config
from dupdetect.errors import ConfigError

if TYPE_CHECKING:
    import datasketch

#: The permutation scheme of datasketch >= 2.0; sketches of datasketch 1 cannot be compared.
SCHEME = "affine32"


@functools.cache
def permutations(count: int, seed: int) -> tuple[npt.NDArray[np.uint32], npt.NDArray[np.uint32]]:
    """Parameters ``a`` (odd) and ``b``, uint32[count], read-only: those of datasketch's affine32.

    ``seed`` is in 0..2^32 - 1.
    """
    generator = np.random.RandomState(seed)
    a = generator.randint(0, 1 << 31, count, dtype=np.uint32) * np.uint32(2) + np.uint32(1)
    b = generator.randint(0, 1 << 32, count, dtype=np.uint32)
    a.flags.writeable = b.flags.writeable = False
    return a, b


def to_datasketch(signature: npt.NDArray[np.uint32], config: Config) -> datasketch.MinHash:
    """One document's signature, uint32[P], as the MinHash that datasketch makes of its shingles.

    The shingles are their tokens joined by one space, in UTF-8. Raises ConfigError when the
    signature does not have the configured number of permutations.
    """
    import datasketch
    import xxhash

    shingle = config.shingle
    if len(signature) != shingle.permutations:
        raise ConfigError(
            f"a signature of {len(signature)} values does not belong to a configuration of "
            f"{shingle.permutations} permutations"
        )
    return datasketch.MinHash(
        seed=shingle.seed,
        hashfunc=xxhash.xxh32_intdigest,
        hashvalues=np.array(signature, np.uint32),
        permutations=np.array(permutations(shingle.permutations, shingle.seed)),
        scheme=SCHEME,
    )


def from_datasketch(minhash: datasketch.MinHash, config: Config) -> npt.NDArray[np.uint32]:
    """The signature, uint32[P], of a MinHash made elsewhere.

    Scheme, seed and number of permutations must be the configured ones: ConfigError names what
    differs. That its hash function and shingles are ours cannot be seen from a MinHash.
    """
    shingle = config.shingle
    for name, ours, theirs in (
        ("scheme", SCHEME, getattr(minhash, "scheme", "legacy")),
        ("seed", shingle.seed, minhash.seed),
        ("permutations", shingle.permutations, len(minhash)),
    ):
        if ours != theirs:
            raise ConfigError(f"this MinHash has {name} {theirs!r}, the configuration {ours!r}")
    return np.array(minhash.hashvalues, np.uint32)
