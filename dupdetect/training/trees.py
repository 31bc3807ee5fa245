"""From scikit-learn's boosted trees to the plain arrays that are shipped."""

from __future__ import annotations

from typing import Any

import numpy as np
from threadpoolctl import threadpool_limits  # type: ignore[import-not-found,import-untyped,unused-ignore]


def one_thread() -> Any:
    """A context in which scikit-learn fits trees on one thread.

    Several add up in an order of their own: the last digits of the logits, with them now and then a
    split and the cutoff, would be another machine's. On a machine whose cores are busy two threads
    also wait for each other at every node, and take many times as long as one.
    """
    return threadpool_limits(1, user_api="openmp")


def export_trees(model: Any) -> dict[str, Any]:
    """The arrays of a fitted ``HistGradientBoostingClassifier`` as a model file holds them."""
    columns: dict[str, list[Any]] = {"feature": [], "threshold": [], "right": []}
    roots, offset = [], 0
    for (predictor,) in model._predictors:
        nodes = predictor.nodes
        leaf = nodes["is_leaf"].astype(bool)
        if (nodes["left"][~leaf] != np.flatnonzero(~leaf) + 1).any():
            raise ValueError("left branches must be the next nodes")
        columns["feature"].append(np.where(leaf, -1, nodes["feature_idx"]))
        columns["threshold"].append(np.where(leaf, nodes["value"], nodes["num_threshold"]))
        columns["right"].append(np.where(leaf, 0, nodes["right"].astype(np.int64) + offset))
        roots.append(offset)
        offset += len(nodes)
    arrays: dict[str, Any] = {name: np.concatenate(parts) for name, parts in columns.items()}
    return {
        "feature": arrays["feature"].astype(np.int16),
        "threshold": arrays["threshold"].astype(np.float32),
        "right": arrays["right"].astype(np.int32),
        "roots": np.array(roots, np.int32),
        "intercept": float(np.ravel(model._baseline_prediction)[0]),
        "n_features": model.n_features_in_,
    }
