"""Candidates: which documents may be related. Verdicts are the verifier's business."""

from __future__ import annotations

from dupdetect.index.candidates import Candidate, CandidateIndex
from dupdetect.index.sketches import Sketches

__all__ = ["Candidate", "CandidateIndex", "Sketches"]
