"""All quality scores of documents, with the findings that they stand on."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace

from dupdetect.config import Config
from dupdetect.quality import (
    boilerplate,
    content_farm,
    disguised_characters,
    machine_translation,
    seo_link,
)
from dupdetect.quality.boilerplate import FurnitureLine, Spans, templates
from dupdetect.quality.boilerplate.templates import TextLines
from dupdetect.quality.content_farm import Evidence
from dupdetect.quality.content_farm.signals import NOTHING, Signals, signals_many
from dupdetect.quality.listed import host_of
from dupdetect.quality.reading import Reading, read_many
from dupdetect.quality.resources import Resources, resources
from dupdetect.quality.vocabulary import vocabulary
from dupdetect.records import Document, Finding, Match, Scores
from dupdetect.sketch.traces import PageLines, repeated


@dataclass(frozen=True, slots=True)
class Assessment:
    """Scores, findings in the order of their place, and the parts of ``content_farm``.

    ``seen``: what the parts were made of; ``lines``: what the lines of its domain are counted by,
    of a document with a URL; ``masked``: the spans that sketches leave out, as ``mask_many`` finds
    them, and ``page``: by which lines its site knows a document with a URL, where they were asked
    for.
    """

    scores: Scores
    findings: tuple[Finding, ...] = ()
    parts: dict[str, float] = field(default_factory=dict)
    seen: Evidence = field(default_factory=lambda: Evidence(NOTHING))
    lines: TextLines | None = None
    masked: Spans = ()
    page: PageLines | None = None


def assess(document: Document, *, config: Config, language: str) -> Assessment:
    """Scores a document by itself.

    ``language`` is its ISO 639-1 code, ``und`` where unknown. Scores count all that was found;
    findings below ``config.quality.min_finding_score`` are left out of the result, and at most
    ``config.quality.max_findings`` are kept, the surest of each kind first. The models and
    lists of ``config.quality`` are used; raises ModelError or ConfigError where one cannot be.
    """
    return assess_many([document], config=config, languages=[language])[0]


def assess_many(
    documents: Sequence[Document],
    *,
    config: Config,
    languages: Sequence[str],
    masked: bool = False,
    pages: bool = False,
) -> list[Assessment]:
    """:func:`assess` of documents, in order; those of one language are read together.

    A document has the same scores and findings in any company. ``masked``: also tells what of each
    text sketches leave out, for less than finding it again; ``pages``: and by which lines the site
    of a document with a URL knows it.
    """
    by_language: dict[str, list[int]] = {}
    for i, language in enumerate(languages):
        by_language.setdefault(language, []).append(i)
    found: list[Assessment | None] = [None] * len(documents)
    for language, places in by_language.items():
        together = _assess([documents[i] for i in places], config, language, masked, pages)
        for i, assessment in zip(places, together, strict=True):
            found[i] = assessment
    return [assessment for assessment in found if assessment is not None]


def _assess(
    documents: Sequence[Document], config: Config, language: str, masked: bool, pages: bool
) -> list[Assessment]:
    own = resources(config.quality)
    texts = [document.text for document in documents]
    titles = [document.title for document in documents]
    readings = read_many(texts, vocabulary(language))
    looks = boilerplate.look(readings)
    furniture = boilerplate.furniture_lines_many(
        readings, language=language, titles=titles, looks=looks,
        links=[document.links for document in documents], weights=own.boilerplate,
    )  # fmt: skip
    hidden = boilerplate.spans_to_mask(readings, looks) if masked else [()] * len(documents)
    known = {}
    if pages:
        known = templates.pages_of(
            readings, hidden, [i for i, own in enumerate(documents) if own.url]
        )
    translated = machine_translation.find_many(
        texts, language=language, titles=titles, styles=own.style, codes=readings.whole.codes
    )
    inserted = seo_link.find_many(
        readings, language=language, urls=[document.url for document in documents],
        links=[document.links for document in documents],
        covered=[[(f.finding.start, f.finding.end) for f in lines] for lines in furniture],
        weights=own.seo_link, listed=own.listed if own.listed else None,
    )  # fmt: skip
    signals = signals_many(readings, furniture, language)
    suspect = disguised_characters.may_hide(readings.whole.codes, readings.base).tolist()
    return [
        _put_together(
            document, readings.one(number) if furniture[number] or document.url else None,
            furniture[number], translated[number], inserted[number], signals[number],
            disguised_characters.find(document.text) if suspect[number] else [],
            hidden[number], known.get(number), config=config, language=language, own=own,
        )
        for number, document in enumerate(documents)
    ]  # fmt: skip


def _put_together(
    document: Document,
    reading: Reading | None,
    furniture: Sequence[FurnitureLine],
    translated: Sequence[Finding],
    inserted: Sequence[Finding],
    page: Signals,
    disguised: Sequence[Finding],
    masked: Spans,
    known: PageLines | None,
    *,
    config: Config,
    language: str,
    own: Resources,
) -> Assessment:
    """``reading`` is given where the document has furniture or a URL."""
    lines = [line.finding for line in furniture]
    share = boilerplate.share(reading, lines) if reading is not None else 0.0
    seo = seo_link.probability(inserted)
    machine = machine_translation.probability(translated, document.text, page.n_words, language)
    listed = bool(document.url) and own.listed.holds(host_of(document.url or ""))
    hiding = disguised_characters.farm_part(disguised)
    seen = Evidence(page, seo, machine, share, listed, hiding)
    made_of = content_farm.parts(seen)
    scores = Scores(share, machine, seo, content_farm.combine(made_of))
    kept = None
    if reading is not None and document.url:
        own_lines = [line.line for line in furniture]
        kept = templates.text_lines(reading, own_lines, document.title)
    found = _reported([*lines, *inserted, *translated, *disguised], config)
    return Assessment(scores, found, made_of, seen, kept, masked, known)


def refine(assessment: Assessment, matches: Iterable[Match], *, document: str) -> Assessment:
    """The assessment with the matches of the document (its id) counted into ``content_farm``."""
    made_of = {**assessment.parts, "copy": content_farm.copy_part(matches, document)}
    scores = replace(assessment.scores, content_farm=content_farm.combine(made_of))
    return replace(assessment, scores=scores, parts=made_of)


def with_templates(
    assessment: Assessment, document: Document, traces: Sequence[bytes], matches: Sequence[Match]
) -> Assessment:
    """The assessment with the lines counted in that other pages of the document's site repeat.

    ``traces``: what those pages have left (:mod:`dupdetect.sketch.traces`). Pages that the document
    matches do not count; partial matches need a long line in common, as what they have may be the
    template itself (of 170 matches among raw pages of the same 17 newspapers all were that). As in
    a scan: lines that are no furniture by themselves become findings and their words are added to
    the share; the parts of ``content_farm`` stay. The title of the document is no template,
    wherever it is listed.
    """
    lines = assessment.lines
    if lines is None or assessment.page is None:
        return assessment
    copies = [match.b for match in matches if match.kind != "partial"]
    known = repeated(
        traces, templates.site_keys(lines), longest=assessment.page.longest,
        without=[document.id, *copies], related=[match.b for match in matches],
    )  # fmt: skip
    found = [
        line
        for line, pages in zip(lines.records, known.pages.tolist(), strict=True)
        if templates.is_template(pages, known.known) and not line["found"]
    ]
    if not found:
        return assessment
    added = [
        templates.finding(document.text, int(line["start"]), int(line["end"])) for line in found
    ]
    words = sum(int(line["words"]) for line in found)
    share = float(templates.raised(assessment.scores.boilerplate, words, lines.words))
    return replace(
        assessment,
        scores=replace(assessment.scores, boilerplate=share),
        findings=tuple(sorted([*assessment.findings, *added], key=_place)),
    )


def _reported(found: Sequence[Finding], config: Config) -> tuple[Finding, ...]:
    kept = [f for f in found if f.score >= config.quality.min_finding_score]
    if len(kept) > config.quality.max_findings:
        kept = _surest_of_each_kind(kept, config.quality.max_findings)
    return tuple(sorted(kept, key=_place))


def _place(finding: Finding) -> tuple[int, int, str, str]:
    return finding.start, finding.end, finding.kind, finding.rule


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
