"""Quality of a document: furniture, machine translation, inserted links, content farm.

assessment = assess(document, config=config, language="fr")
assessments = assess_many(documents, config=config, languages=languages)
assessment = refine(assessment, matches, document=document.id)   # once matches are known
"""

from __future__ import annotations

from dupdetect.quality.assessment import Assessment, assess, assess_many, refine, with_templates

__all__ = ["Assessment", "assess", "assess_many", "refine", "with_templates"]
