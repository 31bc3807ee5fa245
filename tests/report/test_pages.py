"""The pages: hostile strings in every field, size, policy, structure, texts with their marks."""

from __future__ import annotations

import base64
import hashlib
import re
from collections import Counter
from html.parser import HTMLParser
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np
import pyarrow.parquet as pq
import pytest

import dupdetect
from dupdetect.errors import ScanError
from dupdetect.records import Document, Finding, Match, Passage, Scores, Verdict
from dupdetect.report import render_comparison, render_report, render_scores
from dupdetect.report.evidence import remainder
from dupdetect.report.page import MAX_BYTES, moment

MARKUP = "<script>alert(1)</script><img src=x onerror=alert(2)>"
BREAKOUT = "\"'><svg onload=alert(3)></title></style></script><b>"
BIDI = "\u202emoc.elpmaxe\u2066\x1b[31m\x9b2J\x00"
TEMPLATE = "{{ 7 * 191 }}{% raw %}"
EVIL = MARKUP + BREAKOUT + BIDI + TEMPLATE
VOID = {"meta", "br", "input", "img", "link"}
#: Every element that a page may hold; the script is the only one that does anything.
ELEMENTS = {
    "html", "head", "meta", "title", "style", "body", "script", "header", "nav", "main", "section",
    "footer", "h1", "h2", "h3", "h4", "div", "p", "a", "b", "i", "em", "span", "small", "ul", "ol",
    "li", "table", "caption", "thead", "tbody", "tr", "th", "td", "dl", "dt", "dd", "figure",
    "figcaption", "details", "summary", "bdi", "mark", "q", "code", "pre", "svg", "g", "rect",
    "line", "path", "polygon", "text", "tspan", "u",
}  # fmt: skip


class Reader(HTMLParser):
    """Elements with their attributes, the text, and whether every element is closed in order."""

    def __init__(self, html: str) -> None:
        super().__init__(convert_charrefs=True)
        self.elements: list[tuple[str, dict[str, str]]] = []
        self.open: list[str] = []
        self.text: list[str] = []
        self.faults: list[str] = []
        self.texts: list[str] = []
        self.titles = 0
        self._pane = -1
        self._skip = 0
        self.feed(html)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        attributes = {name: value or "" for name, value in attrs}
        self.elements.append((tag, attributes))
        self.titles += tag == "title" and self.open[-1] == "head"
        if tag not in VOID:
            self.open.append(tag)
        if attributes.get("class") == "text":
            self._pane = len(self.open)
            self.texts.append("")
        if attributes.get("class") == "n":
            self._skip = len(self.open)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, {name: value or "" for name, value in attrs}))

    def handle_endtag(self, tag: str) -> None:
        if not self.open or self.open[-1] != tag:
            self.faults.append(f"</{tag}> closes {self.open[-1:]} at {self.getpos()}")
        if len(self.open) == self._pane:
            self._pane = -1
        if len(self.open) == self._skip:
            self._skip = 0
        if self.open:
            self.open.pop()

    def handle_data(self, data: str) -> None:
        if self.open and self.open[-1] in ("script", "style"):
            return
        self.text.append(data)
        if self._pane > 0 and not self._skip:
            self.texts[-1] += data


def check(html: str) -> Reader:
    """What must hold of every page, whatever is in it."""
    reader = Reader(html)
    assert reader.faults == []
    assert reader.open == []
    tags = Counter(tag for tag, _ in reader.elements)
    assert tags["script"] == tags["style"] == reader.titles == 1
    assert set(tags) <= ELEMENTS
    for _, attributes in reader.elements:
        assert not any(name.startswith("on") or name in ("style", "src") for name in attributes)
        for name in ("href", "xlink:href"):
            assert re.match(r"#[a-z][\w-]*$|https?://", attributes.get(name, "#x"))
        if attributes.get("href", "").startswith("http"):
            assert attributes["rel"] == "noopener nofollow"
    ids = [attributes["id"] for _, attributes in reader.elements if "id" in attributes]
    assert len(ids) == len(set(ids))
    local = {a["href"][1:] for _, a in reader.elements if a.get("href", "").startswith("#")}
    assert local <= set(ids)
    assert all(a.get("scope") in ("col", "row") for tag, a in reader.elements if tag == "th")
    shown = "".join(reader.text) + "".join("".join(a.values()) for _, a in reader.elements)
    assert not set(shown) & set("\u202e\u2066\x1b\x9b\x00")
    assert len(html.encode()) <= MAX_BYTES
    _check_policy(html)
    return reader


def _check_policy(html: str) -> None:
    policy = re.search(r'http-equiv="Content-Security-Policy" content="([^"]+)"', html)
    assert policy is not None
    rules = dict(rule.strip().split(" ", 1) for rule in policy[1].split(";"))
    assert rules["default-src"] == rules["base-uri"] == rules["form-action"] == "'none'"
    for tag in ("style", "script"):
        content = re.search(rf"<{tag}>(.*?)</{tag}>", html, re.DOTALL)
        assert content is not None
        digest = base64.b64encode(hashlib.sha256(content[1].encode()).digest()).decode()
        assert rules[f"{tag}-src"] == f"'sha256-{digest}'"


def hostile(scans: ModuleType, folder: Path) -> Path:
    """A scan whose every string is an attack, apart from the kinds that select the pairs."""
    url = "https://a.example/" + EVIL
    ids = [f"{EVIL}{i}" for i in range(3)]
    row: dict[str, Any] = {
        "url": url, "domain": EVIL, "language": EVIL, "published": EVIL, "title": EVIL,
        "cluster": EVIL, "content_farm": 0.9, "is_representative": False,
    }  # fmt: skip
    documents = [scans.document(identifier, **row) for identifier in ids]
    documents[1]["url"] = "javascript:alert(4)"
    passage = {"a_start": 1, "a_end": 30, "b_start": 5, "b_end": 50, "similarity": 0.7}
    pairs = [
        scans.match(ids[0], ids[1], passages=[passage], direction=EVIL),
        scans.match(ids[0], ids[2], "exact", direction="a_from_b"),
        scans.match(ids[0], ids[2], EVIL),
    ]
    finding = {"id": ids[0], "kind": EVIL, "rule": EVIL, "start": 0, "end": 9, "quote": EVIL,
               "score": 0.9}  # fmt: skip
    cluster = {"cluster": EVIL, "size": 3, "representative": ids[0], "members": ids,
               "kinds": ["exact", EVIL]}  # fmt: skip
    sources = [{"domain": EVIL, "documents": 2}, {"domain": "x" + EVIL, "documents": 1}]
    domain = {"domain": EVIL, "documents": 3, "copies": 0.5, "sources": sources}
    run = {
        "versions": {EVIL: EVIL}, "config": {EVIL: EVIL}, "config_digest": EVIL, "inputs": [EVIL],
        "skipped": {EVIL: 2}, "timings": {EVIL: 1.0}, "languages": {EVIL: 3},
        "elapsed_seconds": EVIL,
        "skips": [{"source": EVIL, "record": EVIL, "reason": EVIL, "message": EVIL}, EVIL],
    }  # fmt: skip
    tables = {"documents": documents, "matches": pairs, "findings": [finding],
              "clusters": [cluster], "domains": [domain]}  # fmt: skip
    return scans.write_scan(folder, tables, run=run, texts=dict.fromkeys(ids, EVIL * 3))


def test_hostile_strings_stay_text_in_the_report(tmp_path: Path, scans: ModuleType) -> None:
    html = render_report(hostile(scans, tmp_path)).read_text(encoding="utf-8")
    reader = check(html)
    assert "1337" not in "".join(reader.text)
    assert "<script>alert(1)" in "".join(reader.text)
    assert not any("javascript:" in a.get("href", "") for _, a in reader.elements)


def test_hostile_strings_stay_text_in_the_other_pages(tmp_path: Path) -> None:
    text = EVIL.replace("\x00", "") * 4
    a = Document(id=EVIL, text=text, url="https://a.example/" + EVIL, title=EVIL, language=EVIL)
    b = Document(id="b", text=text, url="data:text/html,x", title=None, published=EVIL)
    match = Match(a.id, b.id, "rewrite", 0.9, passages=(Passage(0, 20, 10, 60, 0.5),))
    check(render_comparison(match, a, b, tmp_path / "c.html").read_text(encoding="utf-8"))
    finding = Finding("seo_link", EVIL, 3, 40, text[3:40], 0.8)
    verdict = Verdict(a, EVIL, 9, Scores(0.1, 0.2, 0.3, 0.4), (finding,), (match,), {EVIL: 0.5})
    check(render_scores([verdict], tmp_path / "s.html").read_text(encoding="utf-8"))


def test_a_page_keeps_its_size_whatever_the_scan(tmp_path: Path, scans: ModuleType) -> None:
    wide = "'\"&<\U0001f600" * 1700
    names = [f"{i}{wide[:900]}" for i in range(260)]
    documents = [
        scans.document(name, title=wide, domain=wide[:400] + name, content_farm=0.9,
                       url="https://a.example/" + "&" * 1900, cluster=f"c{i // 2}")
        for i, name in enumerate(names)
    ]  # fmt: skip
    spans = [
        {"a_start": i * 40, "a_end": i * 40 + 30, "b_start": i * 40, "b_end": i * 40 + 35,
         "similarity": 0.5}
        for i in range(200)
    ]  # fmt: skip
    pairs = [
        scans.match(a, b, passages=spans) for a, b in zip(names[::2], names[1::2], strict=True)
    ]
    findings = [
        {"id": name, "kind": "boilerplate", "rule": wide[:200], "start": i * 30, "end": i * 30 + 20,
         "quote": wide[:300], "score": 0.7}
        for name in names for i in range(80)
    ]  # fmt: skip
    clusters = [
        {"cluster": f"c{i}", "size": 200, "representative": names[2 * i],
         "members": names[: 200], "kinds": ["exact", "rewrite"]}
        for i in range(130)
    ]  # fmt: skip
    domains = [
        {"domain": wide[i : i + 400], "documents": 9, "copies": 0.5,
         "sources": [{"domain": wide[j : j + 400], "documents": j} for j in range(1, 9)]}
        for i in range(400)
    ]  # fmt: skip
    numbered = {f"{i}{wide}": i for i in range(60)}
    run = {
        "inputs": [wide] * 90, "config": {wide: wide}, "skipped": numbered, "timings": numbered,
        "languages": numbered, "versions": dict.fromkeys(numbered, wide),
        "skips": [{"source": wide, "message": wide}] * 90,
    }  # fmt: skip
    tables = {"documents": documents, "matches": pairs, "findings": findings,
              "clusters": clusters, "domains": domains}  # fmt: skip
    scans.write_scan(tmp_path, tables, run=run, texts=dict.fromkeys(names, wide))
    html = render_report(tmp_path).read_text(encoding="utf-8")
    assert 2_000_000 < len(html.encode()) <= MAX_BYTES


def test_the_sample_report_says_what_the_scan_found(tmp_path: Path, scans: ModuleType) -> None:
    html = render_report(scans.sample_scan(tmp_path)).read_text(encoding="utf-8")
    reader = check(html)
    words = re.sub(r"\s+", " ", "".join(reader.text))
    assert "105 of 247 documents are copies" in words
    assert "5 passages align, 5 of them in the same order" in words
    assert "The source is dated earlier (2024-03-12 against 2024-03-13)" in words
    assert "offset 1841223" in words
    sections = {a["id"] for tag, a in reader.elements if tag == "section" and "id" in a}
    assert sections == {"overview", "domains", "clusters", "pairs", "documents", "run"}
    landmarks = Counter(tag for tag, _ in reader.elements)
    assert landmarks["main"] == landmarks["nav"] == landmarks["h1"] == landmarks["footer"] == 1
    assert len(html.encode()) < 600_000


def test_cards_that_belong_together_are_linked(tmp_path: Path, scans: ModuleType) -> None:
    html = render_report(scans.sample_scan(tmp_path)).read_text(encoding="utf-8")
    cluster = html[html.index('id="cluster-') :]
    spun = cluster.index("bonne nouvelle pour les voitures")
    row = cluster[spun : cluster.index("</tr>", spun)]
    pair, document = (re.search(rf'href="#{name}-(\d+)"', row) for name in ("pair", "document"))
    assert pair is not None and document is not None
    card = html[html.index(f'id="pair-{pair[1]}"') :][:2000]
    assert "Le pont de Valmorin" in card and "bonne nouvelle" in card
    card = html[html.index(f'id="document-{document[1]}"') :][:9000]
    assert f'<a href="#pair-{pair[1]}">' in card and "this text derives from it" in card


def test_domains_of_the_drawing_lead_to_the_table(tmp_path: Path, scans: ModuleType) -> None:
    reader = check(render_report(scans.sample_scan(tmp_path)).read_text(encoding="utf-8"))
    rows = {a["id"] for tag, a in reader.elements if tag == "tr" and "id" in a}
    nodes = {a["href"][1:] for tag, a in reader.elements if a.get("class", "").startswith("node")
             and tag == "a"}  # fmt: skip
    assert nodes and nodes <= rows


def test_scores_name_their_rules_and_parts(tmp_path: Path) -> None:
    text = "Le XNUMX mars. Le XNUMX mai."
    findings = [Finding("machine_translation", "number_slot", i, i + 4, "XNUMX", score)
                for i, score in ((3, 0.7), (18, 0.9))]  # fmt: skip
    scores, parts = Scores(0, 0.9, 0, 0.8), {"machine_translation": 0.79, "repeats": 0.0}
    verdict = Verdict(Document(id="a", text=text), "fr", 6, scores, tuple(findings), (), parts)
    reader = check(render_scores([verdict], tmp_path / "s.html").read_text(encoding="utf-8"))
    words = " ".join("".join(reader.text).split())
    assert "number slot × 2, 0.90" in words
    assert "machine translation0.79 repeats0.00" in words
    titles = [a["title"] for tag, a in reader.elements if tag == "mark"]
    assert titles == [f"Machine translation · number slot · {s}" for s in ("0.70", "0.90")]


def test_a_scans_documents_show_the_parts_of_their_score(
    tmp_path: Path, scans: ModuleType, sample: Path
) -> None:
    out = tmp_path / "out"
    dupdetect.scan([sample], out=out)
    stored = pq.read_table(out / "documents.parquet").to_pylist()
    row = {row["id"]: row for row in stored}["fr-port-spun"]
    html = (out / "report.html").read_text(encoding="utf-8")
    card = next(part for part in html.split('id="document-') if row["title"] in part[:300])
    parts = dict(re.findall(r'<th scope="row">([a-z ]+)</th><td class="num">([0-9.]+)</td>', card))
    assert float(parts["copy"]) > 0.3  # it is the copy of another document
    none = np.prod([1.0 - float(value) for value in parts.values()])
    assert 1.0 - none == pytest.approx(row["content_farm"], abs=0.03)


def test_what_parts_leave_open_is_what_the_matches_say() -> None:
    parts = {"seo_link": 0.5, "repeats": 0.2}
    assert remainder(parts, 1.0 - 0.5 * 0.8 * 0.6) == pytest.approx(0.4)
    assert remainder(parts, 0.6) == 0.0
    assert remainder({"seo_link": 1.0}, 1.0) == 0.0


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        ("2024-03-12", "2024-03-12"),
        ("2024-03-12T08:05:59.123+01:00", "2024-03-12 08:05 +01:00"),
        ("2024-03-12T08:05Z", "2024-03-12 08:05 Z"),
        ("2024-03-12T08:05:00", "2024-03-12 08:05"),
        ("last week", "last week"),
    ],
)
def test_times_are_shown_without_seconds(value: str, shown: str) -> None:
    assert moment(value) == shown


def test_texts_are_shown_whole_with_the_source_on_the_left(
    tmp_path: Path, scans: ModuleType
) -> None:
    html = render_report(scans.sample_scan(tmp_path)).read_text(encoding="utf-8")
    reader = check(html)
    source, copy = scans.join(scans.BRIDGE)[0], scans.join(scans.BRIDGE_SPUN)[0]
    assert reader.texts.index(copy) == reader.texts.index(source) + 1
    arabic = [a for tag, a in reader.elements if a.get("lang") == "ar"]
    assert arabic and all(a["dir"] == "auto" for a in arabic)


def test_a_scan_that_kept_no_texts_still_has_a_report(tmp_path: Path, scans: ModuleType) -> None:
    scans.sample_scan(tmp_path)
    (tmp_path / "texts.parquet").unlink()
    reader = check(render_report(tmp_path).read_text(encoding="utf-8"))
    assert reader.texts == []
    assert "The text was not kept with the scan" in "".join(reader.text)


def test_an_empty_scan_has_a_report(tmp_path: Path, scans: ModuleType) -> None:
    scans.write_scan(tmp_path, {}, run={})
    reader = check(render_report(str(tmp_path)).read_text(encoding="utf-8"))
    assert "No copies among 0 documents" in "".join(reader.text)


def test_marks_stand_where_the_passages_say(tmp_path: Path) -> None:
    a = Document(id="a", text="Un deux trois quatre cinq.")
    b = Document(id="b", text="Zéro deux trois six.")
    match = Match("a", "b", "partial", 0.8, passages=(Passage(3, 13, 5, 15, 1.0),))
    html = render_comparison(match, a, b, tmp_path / "c.html").read_text(encoding="utf-8")
    marks = re.findall(r'<mark class="(s\d)" data-p="1"><a [^>]*>1</a>(.*?)</mark>', html)
    assert marks == [("s5", "deux trois")] * 2
    assert check(html).texts == [a.text, b.text]


def test_a_copy_named_first_is_shown_on_the_right(tmp_path: Path) -> None:
    copy, source = Document(id="a", text="la copie"), Document(id="b", text="la source")
    match = Match("a", "b", "rewrite", 0.8, direction="a_from_b")
    html = render_comparison(match, copy, source, tmp_path / "c.html").read_text(encoding="utf-8")
    assert check(html).texts == ["la source", "la copie"]


def test_unusable_spans_do_not_break_a_page(tmp_path: Path) -> None:
    document = Document(id="a", text="court")
    findings = tuple(
        Finding("boilerplate", "x", start, end, "", 0.5)
        for start, end in [(-2, 3), (3, 3), (4, 2), (2, 900), (900, 950)]
    )
    verdict = Verdict(document, "fr", 1, Scores(), findings)
    html = render_scores([verdict], tmp_path / "s.html").read_text(encoding="utf-8")
    assert check(html).texts == ["court"]


def test_long_texts_are_cut_and_the_page_says_so(tmp_path: Path) -> None:
    long = Document(id="a", text="mot " * 2_000_000)
    match = Match("a", "b", "none", 0.0)
    html = render_comparison(
        match, long, Document(id="b", text="x"), tmp_path / "c.html"
    ).read_text(encoding="utf-8")
    assert "The text goes on" in "".join(check(html).text)


def test_writing_leaves_no_partial_file(tmp_path: Path, scans: ModuleType) -> None:
    scans.sample_scan(tmp_path, size=10)
    before = {path.name for path in tmp_path.iterdir()}
    render_report(tmp_path)
    assert {path.name for path in tmp_path.iterdir()} == before | {"report.html"}


def test_an_unfinished_scan_is_refused(tmp_path: Path, scans: ModuleType) -> None:
    scans.sample_scan(tmp_path, size=10)
    (tmp_path / "run.json").unlink()
    with pytest.raises(ScanError, match=r"run\.json"):
        render_report(tmp_path)
    (tmp_path / "run.json").write_text("{", encoding="utf-8")
    with pytest.raises(ScanError, match="not valid JSON"):
        render_report(tmp_path)
    assert not (tmp_path / "report.html").exists()
