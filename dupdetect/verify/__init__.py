"""From candidate pair to verdict: measures, kind, calibrated score, direction, passages."""

from dupdetect.verify.known import verify_known
from dupdetect.verify.pairs import PairVerdicts, verify_pairs
from dupdetect.verify.passages import passages, passages_many

__all__ = ["PairVerdicts", "passages", "passages_many", "verify_known", "verify_pairs"]
