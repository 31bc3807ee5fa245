"""Finalisers that spread a hash over all its bits, for every kernel that makes keys."""

from __future__ import annotations

import numpy as np

from dupdetect.kernels._jit import kernel


@kernel
def mix32(value: np.uint32) -> np.uint32:
    """MurmurHash3's 32-bit finaliser (Appleby 2011): spreads a hash over all bits."""
    h = np.uint32(value)
    h = np.uint32(h ^ (h >> np.uint32(16)))
    h = np.uint32(h * np.uint32(0x85EBCA6B))
    h = np.uint32(h ^ (h >> np.uint32(13)))
    h = np.uint32(h * np.uint32(0xC2B2AE35))
    return np.uint32(h ^ (h >> np.uint32(16)))


@kernel
def mix64(value: np.uint64) -> np.uint64:
    """SplitMix64's finaliser (Steele et al. 2014)."""
    z = np.uint64(value)
    z = np.uint64((z ^ (z >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9))
    z = np.uint64((z ^ (z >> np.uint64(27))) * np.uint64(0x94D049BB133111EB))
    return np.uint64(z ^ (z >> np.uint64(31)))
