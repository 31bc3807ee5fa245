# ruff: noqa: E501
"""Leftover program text: lines of scripts, data and styles are found, running text is left."""

from __future__ import annotations

import re
from itertools import pairwise
from pathlib import Path

import numpy as np
import pyarrow.parquet as pq
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dupdetect.quality import boilerplate
from dupdetect.quality.boilerplate.code import RULE, code_in, code_marks
from dupdetect.quality.reading import encode, read
from dupdetect.quality.vocabulary import vocabulary
from dupdetect.records import Finding

ARTICLE = (
    "La ligne 4 du tramway ne rouvrira pas avant septembre, a annoncé mardi la régie des transports.",
    "Les travaux de voirie ont mis au jour des canalisations qui ne figuraient sur aucun plan de la ville.",
    "Il a fallu arrêter le chantier pendant cinq semaines, le temps de dévier les conduites.",
)


def code(*lines: str) -> list[Finding]:
    text = "\n".join([*ARTICLE[:2], *lines, *ARTICLE[2:]])
    found = boilerplate.find(read(text, vocabulary("fr")), language="fr")
    assert all(text[f.start : f.end] == f.quote for f in found)
    return [finding for finding in found if finding.rule == RULE]


@pytest.mark.parametrize(
    "line",
    [
        'window.pvp_9f5 = new Pvp(\'public\', {idDM: "x42", mediaType: "public"}, {',
        "function(){...}",
        "(function(d, s, id) { var js = d.getElementsByTagName(s)[0];",
        '{"@context":"https://schema.org","@type":"NewsArticle","headline":"Le tramway à l\'arrêt pour de longs mois encore"}',
        '"@type": "Person", "name": "Une phrase entière peut se trouver dans une valeur de cet objet"',
        "googletag.cmd.push(function() { googletag.display('div-gpt-ad-1'); });",
        "var _gaq = _gaq || [];",
        "let slot = 3;",
        "if (typeof ga === 'function') {",
        "gtag('config', 'UA-1');",
        "jQuery(document).ready(function($){",
        "document.getElementById('x').innerHTML = 'Bonjour';",
        ".ad-box { display: none; }",
        "#main .wrap{margin:0;padding:0}",
        "@media (max-width: 600px) {",
        "/* styles du bandeau */",
        "//<![CDATA[",
        '<script async src="https://x.example/a.js"></script>',
        "Warning: Undefined variable $x in /home/www/index.php on line 12",
        "Uncaught TypeError: Cannot read properties of undefined",
    ],
)
def test_lines_of_code_are_found_whole(line: str) -> None:
    assert [finding.quote for finding in code(line)] == [line]


@pytest.mark.parametrize(
    "line",
    [
        "Le prix passe de 12 € {TTC} à 15 € ; la TVA = 20 % du total ;",
        "Paris (France) => Lyon (France)",
        "Marseille(13); Lyon(69);",
        "« Let it be », disait-il ; const, var et let sont des mots.",
        "E = mc² ; F = ma ; x < y et y > z",
        '"Oui": c\'est le mot du jour, "non": celui de demain.',
        "Contact : jean@journal.example ; tél. = 01 02 03 04 05",
        "Voir http://journal.example/?a=1&b={2}",
        "Tarifs {adultes: 12 €; enfants: 6 €}",
        "{Photo: AFP}",
        "Il a lancé: {sic} « je m'en moque » (function, en anglais).",
        "TypeError est le nom du groupe qui jouera ce soir sur la grande scène.",
        "Horaires : 9h-12h ; 14h-18h ;",
    ],
)
def test_running_text_is_no_code(line: str) -> None:
    assert code(line) == []


def test_what_only_goes_on_counts_beside_code_alone() -> None:
    block = ["var options = {", "mediaType: 'public',", "autoplay: true,", "}", "});"]
    assert [finding.quote for finding in code(*block)] == block
    assert code("autoplay: true,") == []
    assert code("Un kilo de farine ;") == []


def test_a_script_after_running_text_is_cut_out_of_its_line() -> None:
    script = "window.pvp_9 = new Pvp('public', {id: 'x'});"
    (finding,) = code(f"Il ne souhaite pas en dire davantage. {script}")
    assert finding.quote == script
    (finding,) = code(
        f"Il se tait. {script} La suite du procès est attendue lundi matin à neuf heures."
    )
    assert finding.quote == script


def test_an_article_about_programming_keeps_its_examples() -> None:
    example = "const total = items.map((x) => { return x.price; });"
    assert code(example)
    assert code("Ce cours de JavaScript s'adresse aux développeurs.", example) == []
    assert code("```", example, "```") == []


def test_no_line_of_french_news_is_code_but_scripts(shared: Path) -> None:
    table = pq.read_table(shared / "corpora" / "news_fr.parquet", columns=["text"])
    lines = "\n".join(table["text"].to_pylist()[::4]).split("\n")
    codes = encode("".join(lines))
    ends = np.cumsum([len(line) for line in lines])
    starts = ends - [len(line) for line in lines]
    full = ends > starts
    marked = np.flatnonzero(full)[code_marks(codes, starts[full], ends[full]) > 0]
    pieces = [line[slice(*span)] for line in (lines[i] for i in marked) if (span := code_in(line))]
    assert all(piece.startswith("window.") for piece in pieces)
    assert 5 < len(pieces) < 50


@settings(max_examples=200, deadline=None)
@given(st.text(alphabet="{}()[]=<>;:,.\"'/*\\ \nabvr$#@0é", max_size=300))
def test_any_text_is_read(text: str) -> None:
    found = boilerplate.find(read(text, vocabulary("fr")), language="fr")
    assert all(text[f.start : f.end] == f.quote for f in found)
    assert all(a.end <= b.start for a, b in pairwise(found))


@pytest.mark.parametrize("piece", ['{"a":', "a.b(", "{a:b;", '"a" ', "}else ", "a.b[", "Warning: "])
def test_huge_lines_of_code_are_read_in_time(piece: str) -> None:
    line = piece * 40_000
    span = code_in(line)
    assert span is None or span[1] <= len(line)


@settings(max_examples=300, deadline=None)
@given(
    st.lists(
        st.sampled_from(
            ["{", "}", "=", "<", '"', ":", "ror", "Error:", ")", ";", "*", "/", "]", "line", " ",
             "7", "ine", "é", "~", "\x7f", "\n", "text"]
        ),
        max_size=12,
    ).map("".join)
)  # fmt: skip
def test_marked_lines_are_those_that_hold_a_mark(text: str) -> None:
    reading = read("Le texte.\n" + text, vocabulary("fr"))
    mark = re.compile(r"[{}=<]|\":|ror:|\);|\*/|\]\]|ine [0-9]")
    lines = [reading.text[start:end] for start, end in reading.spans]
    wanted = [mark.search(line) is not None for line in lines]
    assert code_marks(reading.codes, reading.starts, reading.ends).astype(bool).tolist() == wanted
