"""Hostile strings in every field of every page: a browser shows them and does nothing else."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from dupdetect.records import Document, Finding, Match, Passage, Scores, Verdict
from dupdetect.report import render_comparison, render_report, render_scores

#: Each sets ``window.hit`` or asks for an address if it comes to act.
ATTACKS = {
    "script": "<script>window.hit=1</script></script><script>window.hit=1//",
    "attribute": '" onmouseover="window.hit=1" onfocus=\'window.hit=1\' autofocus x="',
    "image": "'><img src=http://127.0.0.1:9/a.png onerror=window.hit=1>",
    "svg": "</title></style></svg><svg onload=window.hit=1><animate onbegin=window.hit=1>",
    "style": "</style><style>body{display:none}</style><link rel=stylesheet href=//127.0.0.1:9/x>",
    "frame": "<iframe src=javascript:parent.hit=1></iframe><base href=//127.0.0.1:9/>",
    "refresh": "<meta http-equiv=refresh content='0;url=http://127.0.0.1:9/'>",
    "url": "javascript:window.hit=1//https://a.example/",
    "template": "{{ ''.__class__ }}{% include 'x' %}${window.hit=1}",
    "bidi": "\u202egnp.exe\u2066\u2069\u200f\u061c",
    "control": "\x1b[31m\x00\x9b\x07\ufeff\u2028",
}
ALL = " ".join(ATTACKS.values())
URLS = ("javascript:window.hit=1", "data:text/html,<script>parent.hit=1</script>", "//127.0.0.1:9/",
        "https://a.example/\"onmouseover=window.hit=1", "https://a.example/?<script>",
        "https://user:pw@a.example/", "vbscript:x", "https://a.example/\u202e")  # fmt: skip


def report(scans: Any, folder: Path) -> Path:
    """A scan whose every string is an attack, apart from the kinds that select the pairs."""
    ids = [f"{ALL}{i}" for i in range(len(URLS))]
    documents = [
        scans.document(name, url=url, domain=ALL, language=ALL, published=ALL, title=ALL,
                       cluster=ALL, content_farm=0.9, boilerplate=0.9, is_representative=False)
        for name, url in zip(ids, URLS, strict=True)
    ]  # fmt: skip
    passage = {"a_start": 1, "a_end": 90, "b_start": 5, "b_end": 50, "similarity": 0.7}
    kinds = ("rewrite", "translation", "exact", "partial", ALL)
    pairs = [
        scans.match(a, b, kind, passages=[passage], direction=ALL if i % 2 else "a_from_b")
        for i, (a, b, kind) in enumerate(zip(ids, ids[1:], kinds, strict=False))
    ]
    findings = [
        {"id": name, "kind": kind, "rule": ALL, "start": 3, "end": 60, "quote": ALL, "score": 0.9}
        for name in ids for kind in ("boilerplate", ALL)
    ]  # fmt: skip
    clusters = [{"cluster": ALL, "size": 90, "representative": ids[0], "members": ids,
                 "kinds": ["exact", ALL]}]  # fmt: skip
    sources = [{"domain": f"{i}{ALL}", "documents": i + 1} for i in range(6)]
    domains = [{"domain": f"{i}{ALL}", "documents": 3, "copies": 0.5, "sources": sources}
               for i in range(9)]  # fmt: skip
    run = {
        "versions": {ALL: ALL}, "config": {ALL: ALL}, "config_digest": ALL, "inputs": [ALL],
        "skipped": {ALL: 2}, "timings": {ALL: 1.0}, "languages": {ALL: 3}, "elapsed_seconds": ALL,
        "skips": [{"source": ALL, "record": ALL, "reason": ALL, "message": ALL}],
    }  # fmt: skip
    tables = {"documents": documents, "matches": pairs, "findings": findings,
              "clusters": clusters, "domains": domains}  # fmt: skip
    scans.write_scan(folder, tables, run=run, texts=dict.fromkeys(ids, ALL * 2))
    return render_report(folder)


def compare(scans: Any, folder: Path) -> Path:
    text = ALL * 3
    a = Document(id=ALL, text=text, url=URLS[0], title=ALL, language=ALL, published=ALL)
    b = Document(id="b", text=text, url=URLS[3], title=None, language="fr", published=ALL)
    match = Match(ALL, "b", "rewrite", 0.9, passages=(Passage(0, 99, 10, 160, 0.5),))
    return render_comparison(match, a, b, folder / "compare.html")


def score(scans: Any, folder: Path) -> Path:
    document = Document(id=ALL, text=ALL * 3, url=URLS[1], title=ALL, language=ALL, published=ALL)
    findings = tuple(
        Finding("seo_link", rule, 3, 140, ALL[3:140], 0.8) for rule in (*ATTACKS.values(), ALL)
    )
    match = Match(ALL, ALL, "rewrite", 0.9)
    verdict = Verdict(document, ALL, 9, Scores(0.1, 0.2, 0.3, 0.9), findings, (match,), {ALL: 0.5})
    return render_scores([verdict], folder / "score.html")


@pytest.mark.parametrize("make", [report, compare, score])
def test_planted_attacks_are_shown_and_do_nothing(
    browser: Any, scans: Any, tmp_path: Path, make: Any
) -> None:
    path = make(scans, tmp_path)
    browser.open(path)
    stir(browser)
    browser.settle()
    assert browser.js("return window.hit") is None
    assert browser.requests() == [path.resolve().as_uri()]
    assert browser.messages() == []
    assert browser.driver.current_url.split("#")[0] == path.resolve().as_uri()
    assert browser.js("return getComputedStyle(document.body).display") == "block"
    links = browser.js("return [...document.querySelectorAll('[href]')].map(e => "
                       "e.getAttribute('href'))")  # fmt: skip
    assert links and all(link.startswith(("#", "https://a.example/")) for link in links)
    assert not browser.all("iframe, img, object, embed, base, link, form, main script, main style")
    text = browser.js("return document.body.textContent")
    assert "<script>window.hit=1</script>" in text and "<svg onload=" in text
    assert not set(text) & set("\u202e\u2066\u2069\x1b\x00\x9b\x07")


def stir(browser: Any) -> None:
    """Unfold, hover, focus, sort and filter everything that a reader could."""
    browser.js(
        """
        document.querySelectorAll("details").forEach(part => part.open = true);
        document.querySelectorAll("body *").forEach(element => {
          for (const name of ["mouseover", "mouseenter", "mouseout", "focusin"])
            element.dispatchEvent(new MouseEvent(name, {bubbles: true}));
          if (element.focus) element.focus({preventScroll: true});
        });
        document.querySelectorAll("button").forEach(button => button.click());
        document.querySelectorAll("mark, a.n").forEach(mark => mark.click());
        document.querySelectorAll("input").forEach(box => {
          box.value = "<script>"; box.dispatchEvent(new Event("input"));
        });
        """
    )


def test_the_policy_stops_what_would_slip_through(browser: Any, pages: Any) -> None:
    browser.open(pages.compare)
    browser.js(
        """
        const main = document.querySelector("main");
        main.insertAdjacentHTML("beforeend", "<p id=planted onclick='window.hit=1'>x</p>" +
          "<img src='http://127.0.0.1:9/x.png'><svg onload='window.hit=1'></svg>" +
          "<style>body{opacity:0}</style>");
        const script = document.createElement("script");
        script.textContent = "window.hit=1";
        main.append(script);
        document.getElementById("planted").click();
        """
    )
    assert browser.js("return window.hit") is None
    assert browser.js("return getComputedStyle(document.body).opacity") == "1"
    assert any("Content Security Policy" in message for message in browser.messages())
