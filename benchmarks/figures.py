"""AUC, recall at a rate of false alarms, and bootstrap intervals."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray


def auc(positive: NDArray[np.float64], negative: NDArray[np.float64]) -> float:
    """Area under the ROC curve (Mann-Whitney), ties counted half; nan if a side is empty."""
    if not positive.size or not negative.size:
        return float("nan")
    ordered = np.sort(negative)
    below = np.searchsorted(ordered, positive, side="left")
    upto = np.searchsorted(ordered, positive, side="right")
    return float((below + upto).mean() / 2.0 / negative.size)


def recall_at(
    positive: NDArray[np.float64], negative: NDArray[np.float64], false_alarms: float
) -> float:
    """Share of the positives above the threshold that lets this share of negatives through."""
    if not positive.size or not negative.size:
        return float("nan")
    allowed = int(false_alarms * negative.size)
    threshold = np.sort(negative)[::-1][allowed] if allowed < negative.size else -np.inf
    return float((positive > threshold).mean())


def interval(
    positive: NDArray[np.float64], negative: NDArray[np.float64], *, rounds: int = 400
) -> tuple[float, float]:
    """95 % bootstrap interval of the AUC."""
    rng = np.random.default_rng(1)
    values = [
        auc(rng.choice(positive, positive.size), rng.choice(negative, negative.size))
        for _ in range(rounds)
    ]
    low, high = np.quantile(values, [0.025, 0.975])
    return round(float(low), 4), round(float(high), 4)
