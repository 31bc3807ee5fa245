"""All quality scores of one document, with the findings that they stand on."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace

from dupdetect.config import Config
from dupdetect.quality import boilerplate, content_farm, machine_translation, seo_link
from dupdetect.quality.content_farm.signals import signals
from dupdetect.quality.reading import read
from dupdetect.quality.resources import resources
from dupdetect.quality.vocabulary import vocabulary
from dupdetect.records import Document, Finding, Match, Scores


@dataclass(frozen=True, slots=True)
class Assessment:
    """Scores, findings in the order of their place, and the parts of ``content_farm``."""

    scores: Scores
    findings: tuple[Finding, ...] = ()
    parts: dict[str, float] = field(default_factory=dict)


def assess(document: Document, *, config: Config, language: str) -> Assessment:
    """Scores a document by itself.

    ``language`` is its ISO 639-1 code, ``und`` where unknown. Scores count all that was found;
    findings below ``config.quality.min_finding_score`` are left out of the result, and at most
    ``config.quality.max_findings`` are kept, the surest of each kind first. The models and
    lists of ``config.quality`` are used; raises ModelError or ConfigError where one cannot be.
    """
    own = resources(config.quality)
    reading = read(document.text, vocabulary(language))
    furniture = boilerplate.furniture_lines(
        reading, language=language, title=document.title, links=document.links,
        weights=own.boilerplate,
    )  # fmt: skip
    lines = [line.finding for line in furniture]
    covered = [(finding.start, finding.end) for finding in lines]
    inserted = seo_link.find(
        reading, language=language, url=document.url, links=document.links, covered=covered,
        weights=own.seo_link,
    )  # fmt: skip
    translated = machine_translation.find(
        document.text, language=language, title=document.title, styles=own.style
    )
    share = boilerplate.share(reading, lines)
    seo = seo_link.probability(inserted)
    machine = machine_translation.probability(translated, document.text, reading.n_words, language)
    made_of = content_farm.parts(
        seo_link=seo,
        machine_translation=machine,
        furniture=share,
        page=signals(reading, furniture, language),
    )
    scores = Scores(share, machine, seo, content_farm.combine(made_of))
    found = [*lines, *inserted, *translated]
    return Assessment(scores, _reported(found, config), made_of)


def refine(assessment: Assessment, matches: Iterable[Match], *, document: str) -> Assessment:
    """The assessment with the matches of the document (its id) counted into ``content_farm``."""
    made_of = {**assessment.parts, "copy": content_farm.copy_part(matches, document)}
    scores = replace(assessment.scores, content_farm=content_farm.combine(made_of))
    return replace(assessment, scores=scores, parts=made_of)


def _reported(found: Sequence[Finding], config: Config) -> tuple[Finding, ...]:
    kept = [f for f in found if f.score >= config.quality.min_finding_score]
    if len(kept) > config.quality.max_findings:
        kept = _surest_of_each_kind(kept, config.quality.max_findings)
    return tuple(sorted(kept, key=lambda f: (f.start, f.end, f.kind, f.rule)))


def _surest_of_each_kind(found: Sequence[Finding], limit: int) -> list[Finding]:
    """The ``limit`` surest findings; kinds take turns, so that none crowds out the others."""
    ranks: dict[str, int] = {}
    order: list[tuple[int, str, Finding]] = []
    for finding in sorted(found, key=lambda f: (-f.score, f.start)):
        rank = ranks.get(finding.kind, 0)
        ranks[finding.kind] = rank + 1
        order.append((rank, finding.kind, finding))
    order.sort(key=lambda item: item[:2])
    return [finding for _, _, finding in order[:limit]]
