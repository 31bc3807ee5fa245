"""Quality of a document: furniture, machine translation, inserted links, content farm.

assessment = assess(document, config=config, language="fr")
assessment = refine(assessment, matches, document=document.id)   # once matches are known
"""

from __future__ import annotations

from dupdetect.quality.assessment import Assessment, assess, refine

__all__ = ["Assessment", "assess", "refine"]
