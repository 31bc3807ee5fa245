"""Candidates: which documents may be related. Verdicts are the verifier's business."""

from __future__ import annotations

from dupdetect.index.candidates import Candidate, CandidateIndex, Sketches

__all__ = ["Candidate", "CandidateIndex", "Sketches"]
