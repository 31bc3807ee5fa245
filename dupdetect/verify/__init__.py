"""From candidate pair to verdict: measures, kind, calibrated score, direction, passages."""

from dupdetect.verify.known import verify_known
from dupdetect.verify.pairs import PairVerdicts, verify_pairs
from dupdetect.verify.passages import passages

__all__ = ["PairVerdicts", "passages", "verify_known", "verify_pairs"]
