"""Verdicts, matches and scans as a person reads them on a terminal."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dupdetect.cli.terminal import Terminal, plain, score_colour
from dupdetect.records import Document, Match, Verdict

if TYPE_CHECKING:
    from dupdetect.report import Summary

MAX_FINDINGS = 40
MAX_PASSAGES = 40
#: Width of the column that names a reason.
_LABELS = 20
_NAMES = {
    "content_farm": "content farm", "boilerplate": "boilerplate",
    "machine_translation": "machine translation", "seo_link": "inserted link",
}  # fmt: skip
_KIND_COLOURS = {
    "exact": "red", "near_duplicate": "red", "partial": "yellow", "rewrite": "magenta",
    "translation": "cyan",
}  # fmt: skip


def show_verdict(terminal: Terminal, verdict: Verdict, *, explain: bool = False) -> None:
    """Scores, findings with their quotes, matches with known documents."""
    document = verdict.document
    terminal.heading(document.title or document.url or document.id)
    facts = [document.id, document.url or "", verdict.language, f"{verdict.n_words} words"]
    terminal.line(" · ".join(fact for fact in facts if fact), indent=2)
    scores = verdict.scores.to_dict()
    rows = [(f"{scores[name]:.2f}", label, terminal.bar(scores[name])) for name, label in
            _NAMES.items()]  # fmt: skip
    terminal.table(rows, colours=[score_colour(scores[name]) for name in _NAMES])
    if explain and verdict.parts:
        terminal.line("content farm is made of", indent=2)
        parts = [
            (f"{value:.2f}", name.replace("_", " "), terminal.bar(value))
            for name, value in verdict.parts.items()
        ]
        terminal.table(parts, indent=4)
    shown = verdict.findings[:MAX_FINDINGS]
    if shown:
        terminal.line()
    for finding in shown:
        kind = _NAMES.get(finding.kind, finding.kind)
        rule = f" · {finding.rule.replace('_', ' ')}" if finding.rule else ""
        fg = score_colour(finding.score)
        terminal.entry(f"{finding.score:.2f}", kind + rule, indent=4, column=6, lines=1, fg=fg)
        terminal.entry("", f"« {finding.quote} »", indent=4, column=6, lines=3)
    if len(verdict.findings) > len(shown):
        terminal.line(f"... and {len(verdict.findings) - len(shown)} more findings", indent=4)
    show_matches(terminal, verdict.matches, own=document.id)


def show_matches(terminal: Terminal, matches: tuple[Match, ...] | list[Match], *, own: str) -> None:
    """The documents that ``own`` is related to, one in a row."""
    rows = []
    for match in matches:
        other = match.b if match.a == own else match.a
        copy = match.direction == ("a_from_b" if match.a == own else "b_from_a")
        role = (
            "" if match.direction == "unknown" else "derives from" if copy else "is the source of"
        )
        rows.append((f"{match.score:.2f}", match.kind.replace("_", " "), role, other))
    colours = [_KIND_COLOURS.get(match.kind) for match in matches]
    terminal.table(rows, colours=colours, indent=4)


def show_match(terminal: Terminal, match: Match, a: Document, b: Document) -> None:
    """Kind, probability, reasons, what one side alone has and the aligned passages."""
    from dupdetect.report.pairs import pair_from_match

    pair = pair_from_match(match, a, b, limit=0, names=("A", "B"))
    sides = {side.letter: side for side in (pair.left, pair.right)}
    for letter, document in (("a", a), ("b", b)):
        name = document.title or document.url or document.id
        terminal.entry(letter.upper(), name, indent=0, column=3, lines=2)
    kind = "not derived from one another" if match.kind == "none" else match.kind.replace("_", " ")
    terminal.heading(f"{kind}, probability {match.score:.2f}", fg=_KIND_COLOURS.get(match.kind))
    terminal.entry("", pair.meaning, column=0)
    told = {"a_from_b": "A derives from B. ", "b_from_a": "B derives from A. "}
    for what, sentence in pair.reasons:
        lead = told.get(match.direction, "") if what == "Direction" else ""
        terminal.entry(what, lead + sentence, column=_LABELS)
    for letter, side in sides.items():
        if side.own:
            more = f" and {side.more_own} more" if side.more_own else ""
            listed = ", ".join(text for text, _ in side.own) + more
            terminal.entry(f"Only in {letter.upper()}", listed, column=_LABELS, lines=3)
    for passage in match.passages[:MAX_PASSAGES]:
        terminal.line()
        first = a.text[passage.a_start : passage.a_end]
        second = b.text[passage.b_start : passage.b_end]
        fg = _similarity_colour(passage.similarity)
        terminal.entry(f"{passage.similarity:.2f}", first, column=6, mark="A", lines=3, fg=fg)
        terminal.entry("", second, column=6, mark="B", lines=3)
    if len(match.passages) > MAX_PASSAGES:
        terminal.line(f"... and {len(match.passages) - MAX_PASSAGES} more passages", indent=2)


def _similarity_colour(similarity: float) -> str | None:
    """Red for word for word, yellow for most of it."""
    return "red" if similarity >= 0.97 else "yellow" if similarity >= 0.6 else "cyan"


def show_summary(terminal: Terminal, summary: Summary) -> None:
    """What a scan found, and where its report is."""
    terminal.line(
        f"{summary.documents} documents, {summary.matches} related pairs, "
        f"{summary.clusters} clusters, {summary.copies} copies, {summary.findings} findings"
    )
    kinds = [(kind.replace("_", " "), count) for kind, count in summary.matches_by_kind.items()]
    if summary.matches:
        terminal.heading("Matches by kind")
        terminal.table(kinds, colours=[_KIND_COLOURS[kind] for kind in summary.matches_by_kind])
        terminal.heading("Top pairs")
        arrows = {"a_from_b": "derives from", "b_from_a": "is the source of", "unknown": "and"}
        terminal.table(
            [
                (
                    f"{p.score:.2f}",
                    p.kind.replace("_", " "),
                    p.a,
                    arrows.get(p.direction, "and"),
                    p.b,
                )
                for p in summary.pairs
            ],
            colours=[_KIND_COLOURS.get(pair.kind) for pair in summary.pairs],
        )
    if summary.worst:
        terminal.heading("Worst-scored documents")
        terminal.table(
            [(*(f"{score:.2f}" for score in d.scores), d.id, d.title) for d in summary.worst],
            head=("farm", "boiler", "mt", "link", "document", "title"),
            colours=[score_colour(document.scores[0]) for document in summary.worst],
        )
    if summary.report is not None:
        terminal.line()
        terminal.line(f"Report: {plain(summary.report)}")
