"""From raw measures to the features of the verifier's model.

Each pair is oriented first: the side with the larger share of its anchors in the other is taken as
the copy (suffix ``_c``), the other as the source (``_s``). A copy brings no facts of its own, so
its coverage is high, its novelty low and its sentences find partners, whatever its length.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from dupdetect.kernels.measures import MEASURES

_AT = {name: index for index, name in enumerate(MEASURES)}

#: Features of the rewrite model. None sees shared word runs, nor how much of all words is shared:
#: with these (``cover``, ``word``, ``own``, ``log_shared``) French recall is lower and more
#: independent reports are accused (``python -m benchmarks ablation``).
REWRITE_FEATURES = (
    "number_c", "number_s", "name_c", "name_s", "fact_c", "fact_s",
    "align_c", "align_s", "order_c", "order_s",
    "aligned_c", "aligned_s", "mutual_c", "mutual_s", "dense_c", "dense_s",
    "log_chain_c", "log_chain_s", "log_partners_c", "log_partners_s",
    "beside", "log_beside", "near", "log_near",
    "fact_beside", "log_fact_beside", "fact_near", "log_fact_near",
    "rise", "fact_rise",
    "new_number_c", "new_number_s", "new_name_c", "new_name_s", "new_fact_c", "new_fact_s",
    "log_number", "log_name", "log_fact", "length_ratio",
    "log_weight_c", "log_weight_s",
)  # fmt: skip

#: Features of the model for the parts of two texts that have to do with each other, and those of
#: them that only its trees see: by a straight line, how much lies outside of the parts would let a
#: rewrite escape among paragraphs of other texts.
TREES_ONLY = ("kept_c", "kept_s")
PARTS_FEATURES = REWRITE_FEATURES + TREES_ONLY

#: Features of the copy model: verbatim runs, and whether the numbers agree.
COPY_FEATURES = ("run", "own_run", "log_longest", "number_c", "number_s", "fact_c")

#: Features of the direction model: each is the first text's value less the second's, so that
#: swapping the texts swaps the answer.
DIRECTION_FEATURES = ("words", "cover", "new_fact", "new_number", "quoted")

#: A text counts as mixed with others when its parts hold less than this share of its weight. Of
#: plain rewrites 95 % keep 0.82 and more.
MIXED = 0.8

#: Copies of more weight than the first (as a logarithm; about 500 words of news) count as long, up
#: to the second, beyond which no hard negatives were at hand.
LONG, LONGEST = 3.8, 4.7

#: Added to shared and total weight before a ratio is taken, so that a share of very little is
#: drawn to what unrelated texts have: one anchor of middling rarity, shared with probability 0.3.
PRIOR, PRIOR_SHARE = 1.0, 0.3

#: All measures with two sides, but for the one whose sum is taken in the order of one side.
TIE_BREAKERS = tuple(
    name.removesuffix("_x") for name in MEASURES if name.endswith("_x") and name != "mutual_x"
)


def column(measures: NDArray[np.float64], name: str) -> NDArray[np.float64]:
    """One named column of the measures."""
    return measures[:, _AT[name]]


def _share(shared: NDArray[np.float64], total: NDArray[np.float64]) -> NDArray[np.float64]:
    return (shared + PRIOR * PRIOR_SHARE) / (total + PRIOR)


def _chain(
    measures: NDArray[np.float64],
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Aligned sentences in common order beyond chance.

    Of n sentences in random order the longest ordered chain has about 2 sqrt(n) (Logan and Shepp
    1977), so short texts are always in order and only a long chain is evidence.
    """
    sides = []
    for side in "xy":
        partners = column(measures, f"partners_{side}")
        beyond = column(measures, f"chain_{side}") - 2.0 * np.sqrt(partners) + 1.0
        sides.append(np.maximum(beyond, 0.0))
    return sides[0], sides[1]


def _company(out: dict[str, NDArray[np.float64]], measures: NDArray[np.float64]) -> None:
    """Shared anchors that keep their neighbours or their order, less those that would by chance.

    In random order the ranks of two anchors differ by at most two with a chance of about 4 in n;
    for the longest ordered chain see :func:`_chain`.
    """
    for prefix in ("", "fact_"):
        places = column(measures, f"{prefix}places")
        chance = np.minimum(1.0, 4.0 / np.maximum(places, 1.0)) * np.maximum(places - 1.0, 0.0)
        beside = column(measures, f"{prefix}beside") - chance
        near = column(measures, f"{prefix}near")
        rise = np.maximum(column(measures, f"{prefix}rise") - 2.0 * np.sqrt(places) + 1.0, 0.0)
        out[f"{prefix}rise"] = rise / (places + 4.0)
        for name, count in (("beside", beside), ("near", near)):
            out[f"{prefix}{name}"] = count / (places + 4.0)
            out[f"log_{prefix}{name}"] = np.log1p(np.maximum(count, 0.0))


def copy_is_x(measures: NDArray[np.float64]) -> NDArray[np.bool_]:
    """Where the first document of a pair is taken as the copy (its coverage is the larger).

    Equal coverage is decided by the measures that follow, so that the answer never depends on
    which text is called the first.
    """
    shared = column(measures, "shared")
    ahead = shared / (column(measures, "weight_x") + 1.0)
    ahead = ahead - shared / (column(measures, "weight_y") + 1.0)
    for name in TIE_BREAKERS:
        if ahead.all():
            break
        other = column(measures, f"{name}_x") - column(measures, f"{name}_y")
        ahead = np.where(ahead != 0.0, ahead, other)
    return np.asarray(ahead > 0.0)


def _sides(
    out: dict[str, NDArray[np.float64]],
    first: NDArray[np.bool_],
    name: str,
    x: NDArray[np.float64],
    y: NDArray[np.float64],
) -> None:
    """Puts a measure with two sides into ``out``: that of the copy and that of the source."""
    out[f"{name}_c"] = np.where(first, x, y)
    out[f"{name}_s"] = np.where(first, y, x)


def _shares(
    measures: NDArray[np.float64], kind: str
) -> tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.float64], NDArray[np.float64]]:
    """Weight of one kind of anchor in each text, and what of it is shared."""
    total = column(measures, f"{kind}_x"), column(measures, f"{kind}_y")
    return *total, column(measures, f"{kind}_shared_x"), column(measures, f"{kind}_shared_y")


def features(measures: NDArray[np.float64]) -> dict[str, NDArray[np.float64]]:
    """All features of the models by name, each float64[k]."""
    first = copy_is_x(measures)
    out: dict[str, NDArray[np.float64]] = {}

    def sides(name: str, x: NDArray[np.float64], y: NDArray[np.float64]) -> None:
        _sides(out, first, name, x, y)

    def pair(stem: str) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        return column(measures, f"{stem}_x"), column(measures, f"{stem}_y")

    for kind in ("number", "name", "fact"):
        total_x, total_y, shared_x, shared_y = _shares(measures, kind)
        sides(kind, _share(shared_x, total_x), _share(shared_y, total_y))
        new_x, new_y = np.maximum(total_x - shared_x, 0.0), np.maximum(total_y - shared_y, 0.0)
        sides(f"new_{kind}", np.log1p(new_x), np.log1p(new_y))
        out[f"log_{kind}"] = np.log1p(np.minimum(shared_x, shared_y))
    for name in ("align", "order", "aligned", "mutual", "dense", "kept"):
        sides(name, *pair(name))
    for name, values in (("chain", _chain(measures)), ("partners", pair("partners"))):
        sides(f"log_{name}", np.log1p(values[0]), np.log1p(values[1]))
    _company(out, measures)
    weight_x, weight_y = pair("weight")
    sides("log_weight", np.log1p(weight_x), np.log1p(weight_y))
    out["long_c"] = np.maximum(np.minimum(out["log_weight_c"], LONGEST) - LONG, 0.0)
    out["length_ratio"] = np.minimum(weight_x, weight_y) / (np.maximum(weight_x, weight_y) + 1e-9)
    words_x, words_y = pair("words")
    for name in ("run", "own_run"):  # of the shorter text; of the fuller one of two equal ones
        x, y = pair(name)
        out[name] = np.select([words_x < words_y, words_x > words_y], [x, y], np.maximum(x, y))
    out["log_longest"] = np.log1p(column(measures, "longest"))
    return out


def is_mixed(values: dict[str, NDArray[np.float64]]) -> NDArray[np.bool_]:
    """Where less than ``MIXED`` of one of the texts has to do with the other."""
    return np.asarray(np.minimum(values["kept_c"], values["kept_s"]) < MIXED)


def word_features(measures: NDArray[np.float64]) -> dict[str, NDArray[np.float64]]:
    """How much of all words is shared: left out of the models, for the ablation to say why."""
    first, out = copy_is_x(measures), {"log_shared": np.log1p(column(measures, "shared"))}
    shared = column(measures, "shared")
    weight_x, weight_y = column(measures, "weight_x"), column(measures, "weight_y")
    _sides(out, first, "cover", shared / (weight_x + 1.0), shared / (weight_y + 1.0))
    for kind in ("word", "own"):
        total_x, total_y, shared_x, shared_y = _shares(measures, kind)
        _sides(out, first, kind, _share(shared_x, total_x), _share(shared_y, total_y))
    return out


def matrix(values: dict[str, NDArray[np.float64]], names: tuple[str, ...]) -> NDArray[np.float64]:
    """The named features as columns of float64[k, len(names)]."""
    return np.column_stack([values[name] for name in names])


def direction_features(measures: NDArray[np.float64]) -> NDArray[np.float64]:
    """Antisymmetric evidence of who copied, float64[k, len(DIRECTION_FEATURES)]; x less y."""

    def difference(x: NDArray[np.float64], y: NDArray[np.float64]) -> NDArray[np.float64]:
        return np.log1p(np.maximum(x, 0.0)) - np.log1p(np.maximum(y, 0.0))

    def new(kind: str) -> NDArray[np.float64]:
        return difference(
            column(measures, f"{kind}_x") - column(measures, f"{kind}_shared_x"),
            column(measures, f"{kind}_y") - column(measures, f"{kind}_shared_y"),
        )

    shared = column(measures, "shared")
    cover = shared / (column(measures, "weight_x") + 1.0)
    cover = cover - shared / (column(measures, "weight_y") + 1.0)
    return np.column_stack(
        [
            difference(column(measures, "words_x"), column(measures, "words_y")),
            cover,
            new("fact"),
            new("number"),
            difference(column(measures, "quoted_x"), column(measures, "quoted_y")),
        ]
    )
