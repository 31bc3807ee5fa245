"""The page on the rules keeps its word: its examples are found, its look-alikes are left."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from typing import get_args

import pytest

from dupdetect.config import Config
from dupdetect.quality import assess, machine_translation
from dupdetect.quality.boilerplate.lexicon import furniture_phrases
from dupdetect.records import Document, Finding, Link
from dupdetect.text.urls import LinkForm

PAGE = (Path(__file__).parent.parent / "docs" / "rules.md").read_text(encoding="utf-8")
KINDS = {
    "Machine translation": "machine_translation",
    "Inserted links": "seo_link",
    "Boilerplate": "boilerplate",
}
EXAMPLE = re.compile(
    r"- (?P<what>found|left|article) \((?P<language>\w\w)(?:, (?P<place>top|middle|end))?\):"
    r" `(?P<text>[^`]+)`(?: → `(?P<quote>[^`]+)`)?"
)
ANCHOR = re.compile(r'<a href="(?P<href>[^"]+)"(?: rel="(?P<rel>[^"]+)")?>(?P<text>[^<]+)</a>')


@dataclass(frozen=True, slots=True)
class Example:
    """One line of the page. ``what``: found or left; ``place``: where in the article it stands."""

    kind: str
    rule: str
    what: str
    language: str
    place: str
    text: str
    quote: str


def read_page() -> tuple[list[Example], dict[str, list[str]]]:
    """The examples, and the article of each language."""
    examples: list[Example] = []
    articles: dict[str, list[str]] = {}
    kind = rule = ""
    for line in PAGE.splitlines():
        if line.startswith("## "):
            kind, rule = KINDS.get(line[3:], ""), ""
        elif line.startswith("### "):
            rule = line[4:]
        elif line.startswith("- "):
            match = EXAMPLE.fullmatch(line)
            assert match is not None, f"not in the format of an example: {line}"
            what, language, place, text, quote = match.groups()
            if what == "article":
                articles.setdefault(language, []).append(text)
            else:
                examples.append(
                    Example(kind, rule, what, language, place or "middle", text, quote or text)
                )
    return examples, articles


EXAMPLES, ARTICLES = read_page()


def document(example: Example) -> Document:
    """The article with the example in it; links in HTML become links of the page."""
    text = ANCHOR.sub(lambda match: match["text"], example.text)
    first, second, third = ARTICLES[example.language]
    if example.kind == "seo_link":
        whole = f"{first}\n\n{second} {text} {third}"
    else:
        lines = [first, second, third]
        lines.insert({"top": 0, "middle": 2, "end": 3}[example.place], text)
        whole = "\n\n".join(lines)
    links = []
    for match in ANCHOR.finditer(example.text):
        start = whole.index(match["text"])
        links.append(Link(start, start + len(match["text"]), match["href"], match["rel"] or ""))
    return Document(id="example", text=whole, links=tuple(links))


def findings(example: Example) -> list[Finding]:
    """What is reported of the example's kind."""
    result = assess(document(example), config=Config(), language=example.language)
    return [finding for finding in result.findings if finding.kind == example.kind]


def name(example: Example) -> str:
    return f"{example.rule}-{example.text[:30]}"


@pytest.mark.parametrize("example", [e for e in EXAMPLES if e.what == "found"], ids=name)
def test_true_examples_are_found(example: Example) -> None:
    quote = ANCHOR.sub(lambda match: match["text"], example.quote)
    assert (example.rule, quote) in [(f.rule, f.quote) for f in findings(example)]


@pytest.mark.parametrize("example", [e for e in EXAMPLES if e.what == "left"], ids=name)
def test_false_friends_are_left_alone(example: Example) -> None:
    assert [(f.rule, f.quote, f.score) for f in findings(example)] == []


@pytest.mark.parametrize("language", sorted(ARTICLES))
def test_the_article_alone_gives_no_finding(language: str) -> None:
    text = "\n\n".join(ARTICLES[language])
    assert assess(Document(id="a", text=text), config=Config(), language=language).findings == ()


def test_the_page_has_every_rule_with_three_examples_of_each_sort() -> None:
    rules = {("machine_translation", rule) for rule in machine_translation.RULES}
    rules |= {("seo_link", f"link_{form}") for form in get_args(LinkForm)}
    rules |= {("boilerplate", known.label) for known in furniture_phrases()}
    rules |= {("seo_link", "commercial_mention"), ("boilerplate", "breadcrumb")}
    rules |= {("boilerplate", "leftover_code"), ("seo_link", "disguised_characters")}
    counts = Counter(((e.kind, e.rule), e.what) for e in EXAMPLES)
    assert counts == {(rule, what): 3 for rule in rules for what in ("found", "left")}


def test_the_page_speaks_of_all_languages() -> None:
    languages = {"fr", "en", "de", "it", "es"}
    assert {example.language for example in EXAMPLES} == ARTICLES.keys() == languages
