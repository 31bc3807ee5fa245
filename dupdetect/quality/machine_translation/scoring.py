"""From findings to the probability that a document is machine-translated.

Within a rule findings add up as a noisy-or in which each further one counts for less (the same
cause makes many); between rules they add up as a plain noisy-or (different causes). A rule's
``ceiling`` is the most it can say: rules that people trip too (agreement, doubled words, headline
capitals) stay below one half with one finding and pass it with several. Weak findings speak less in
long texts, where slips are bound to happen.

This is the place where trained weights plug in: pass another :class:`RuleWeights`. The trained
translationese signal comes in as the finding ``style`` (or as a number): it raises what the rules
say and stays below one half alone.
"""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from types import MappingProxyType

from dupdetect.records import Finding


@dataclass(frozen=True, slots=True)
class RuleWeights:
    """Constants of the combination.

    ``ceiling``: rule → most that the rule can say, 0..1. ``damping``: the weight of a rule's next
    finding relative to the one before. Findings scored below ``weak`` add up to at most
    ``weak_ceiling`` per rule (missing spaces come in dozens in badly extracted, clean text).
    ``usual_length``: words up to which findings below ``sure`` count in full; beyond, they count
    with the square root of the ratio. ``style_ceiling``: the most that style alone can say.

    Values: set so that at most 1 in 200 of 35,326 clean French articles reaches 0.5 and one
    unmistakable trace (an unfilled slot, a plug-in's tag) passes 0.9.
    """

    ceiling: Mapping[str, float] = field(
        default_factory=lambda: MappingProxyType(
            {
                "number_slot": 0.99,
                "untranslated_word": 0.97,
                "glued_fragment": 0.95,
                "duplicated_translation": 0.75,
                "agreement": 0.8,
                "mixed_transliteration": 0.8,
                "title_case": 0.8,
                "leftover_markup": 0.98,
            }
        )
    )
    damping: float = 0.75
    weak: float = 0.4
    weak_ceiling: float = 0.15
    sure: float = 0.6
    usual_length: int = 500
    style_ceiling: float = 0.3


DEFAULT_WEIGHTS = RuleWeights()


def probability(
    findings: Sequence[Finding],
    text: str,
    n_words: int,
    language: str,
    *,
    weights: RuleWeights = DEFAULT_WEIGHTS,
    style: float | None = None,
) -> float:
    """Probability, 0..1, that the document is machine-translated.

    ``findings`` may hold other kinds, they are passed over; ``n_words`` is the document's number of
    words. ``style`` is the trained signal's probability, by default that of the ``style`` finding:
    it raises the score, by itself to at most ``weights.style_ceiling``. ``text`` and ``language``
    are what a trained combination will look at.
    """
    by_rule: defaultdict[str, list[float]] = defaultdict(list)
    for finding in findings:
        if finding.kind == "machine_translation":
            by_rule[finding.rule].append(finding.score)
    told = by_rule.pop("style", None)
    if style is None and told:
        style = max(told)
    patience = math.sqrt(min(1.0, weights.usual_length / max(n_words, 1)))
    against = 1.0
    for rule, scores in sorted(by_rule.items()):
        scores = [score if score >= weights.sure else score * patience for score in scores]
        strong = _add_up([score for score in scores if score >= weights.weak * patience], weights)
        weak = _add_up([score for score in scores if score < weights.weak * patience], weights)
        strong *= weights.ceiling.get(rule, 0.5)
        against *= 1.0 - max(strong, min(weights.weak_ceiling, weak))
    if style is not None:
        against *= 1.0 - weights.style_ceiling * max(0.0, 2.0 * style - 1.0)
    return 1.0 - against


def _add_up(scores: list[float], weights: RuleWeights) -> float:
    """Damped noisy-or of one rule's scores, best first."""
    against, weight = 1.0, 1.0
    for score in sorted(scores, reverse=True):
        against *= 1.0 - weight * score
        weight *= weights.damping
    return 1.0 - against
