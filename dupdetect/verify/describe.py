"""The features of pairs in one numba loop, for those who judge pairs.

The same numbers as :mod:`dupdetect.verify.features` gives, whose readable form training and
ablation use: to an ulp, as logarithms of numpy and of the C library differ by one. For the three
candidates of a query numpy spends ten times as long between its calls as in them.
"""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from dupdetect.kernels._jit import inlined, kernel
from dupdetect.kernels.measures import MEASURES
from dupdetect.verify.features import LONG, LONGEST, PRIOR, PRIOR_SHARE, TIE_BREAKERS

F64 = NDArray[np.float64]

#: Columns of the features in here. A name with two sides is that of the copy, then of the source.
FEATURES = (
    *(
        name
        for kind in ("number", "name", "fact")
        for name in (f"{kind}_c", f"{kind}_s", f"new_{kind}_c", f"new_{kind}_s", f"log_{kind}")
    ),
    "align_c", "align_s", "order_c", "order_s", "aligned_c", "aligned_s", "mutual_c", "mutual_s",
    "dense_c", "dense_s", "kept_c", "kept_s",
    "log_chain_c", "log_chain_s", "log_partners_c", "log_partners_s",
    "rise", "beside", "log_beside", "near", "log_near",
    "fact_rise", "fact_beside", "log_fact_beside", "fact_near", "log_fact_near",
    "log_weight_c", "log_weight_s", "long_c", "length_ratio", "run", "own_run", "log_longest",
)  # fmt: skip

_N_FEATURES = len(FEATURES)
#: Measures that become features as they are, in the order of FEATURES (here as below: side x).
_PLAIN = tuple(
    MEASURES.index(f"{name}_x") for name in ("align", "order", "aligned", "mutual", "dense", "kept")
)
_KINDS = tuple(MEASURES.index(f"{kind}_x") for kind in ("number", "name", "fact"))
_TIES = tuple(MEASURES.index(f"{name}_x") for name in TIE_BREAKERS)
_PLACES = tuple(MEASURES.index(name) for name in ("places", "fact_places"))
_WEIGHT, _SHARED = MEASURES.index("weight_x"), MEASURES.index("shared")
_CHAIN, _PARTNERS = MEASURES.index("chain_x"), MEASURES.index("partners_x")
_WORDS, _LONGEST_RUN = MEASURES.index("words_x"), MEASURES.index("longest")
_RUNS = tuple(MEASURES.index(f"{name}_x") for name in ("run", "own_run"))


@inlined
def _share(shared: float, total: float) -> float:
    return (shared + PRIOR * PRIOR_SHARE) / (total + PRIOR)


@inlined
def _put(out: F64, at: int, copy_is_x: bool, x: float, y: float) -> int:
    """Writes the copy's and the source's value; the next column."""
    out[at] = x if copy_is_x else y
    out[at + 1] = y if copy_is_x else x
    return at + 2


@kernel
def _copy_is_x(row: F64) -> bool:
    ahead = row[_SHARED] / (row[_WEIGHT] + 1.0) - row[_SHARED] / (row[_WEIGHT + 1] + 1.0)
    for tie in _TIES:
        if ahead != 0.0:
            break
        ahead = row[tie] - row[tie + 1]
    return bool(ahead > 0.0)


@inlined
def _beyond_chance(chain: float, n: float) -> float:
    return max(chain - 2.0 * math.sqrt(n) + 1.0, 0.0)


@kernel
def describe_one(row: F64, out: F64) -> None:
    """The features of a pair with these measures."""
    copy = _copy_is_x(row)
    at = 0
    for kind in _KINDS:
        x, y, shared_x, shared_y = row[kind], row[kind + 1], row[kind + 2], row[kind + 3]
        at = _put(out, at, copy, _share(shared_x, x), _share(shared_y, y))
        new_x, new_y = math.log1p(max(x - shared_x, 0.0)), math.log1p(max(y - shared_y, 0.0))
        at = _put(out, at, copy, new_x, new_y)
        out[at] = math.log1p(min(shared_x, shared_y))
        at += 1
    for plain in _PLAIN:
        at = _put(out, at, copy, row[plain], row[plain + 1])
    chain_x = _beyond_chance(row[_CHAIN], row[_PARTNERS])
    chain_y = _beyond_chance(row[_CHAIN + 1], row[_PARTNERS + 1])
    at = _put(out, at, copy, math.log1p(chain_x), math.log1p(chain_y))
    at = _put(out, at, copy, math.log1p(row[_PARTNERS]), math.log1p(row[_PARTNERS + 1]))
    for first in _PLACES:
        at = _company(row, first, out, at)
    weight_x, weight_y = row[_WEIGHT], row[_WEIGHT + 1]
    at = _put(out, at, copy, math.log1p(weight_x), math.log1p(weight_y))
    out[at] = max(min(out[at - 2], LONGEST) - LONG, 0.0)
    out[at + 1] = min(weight_x, weight_y) / (max(weight_x, weight_y) + 1e-9)
    at += 2
    words_x, words_y = row[_WORDS], row[_WORDS + 1]
    for run in _RUNS:
        out[at] = max(row[run], row[run + 1])
        if words_x != words_y:
            out[at] = row[run] if words_x < words_y else row[run + 1]
        at += 1
    out[at] = math.log1p(row[_LONGEST_RUN])


@inlined
def _company(row: F64, first: int, out: F64, at: int) -> int:
    places, beside, near, rise = row[first], row[first + 1], row[first + 2], row[first + 3]
    beside -= min(1.0, 4.0 / max(places, 1.0)) * max(places - 1.0, 0.0)
    out[at] = _beyond_chance(rise, places) / (places + 4.0)
    out[at + 1] = beside / (places + 4.0)
    out[at + 2] = math.log1p(max(beside, 0.0))
    out[at + 3] = near / (places + 4.0)
    out[at + 4] = math.log1p(max(near, 0.0))
    return at + 5


@kernel
def describe(measures: F64) -> F64:
    """The features of pairs, float64[k, len(FEATURES)]."""
    out = np.empty((measures.shape[0], _N_FEATURES), np.float64)
    for i in range(measures.shape[0]):
        describe_one(measures[i], out[i])
    return out
