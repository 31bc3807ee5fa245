"""Page → Document, the same contract for both extractors."""

from __future__ import annotations

import unicodedata
from dataclasses import replace

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from dupdetect.config import ExtractConfig
from dupdetect.errors import ExtractError
from dupdetect.extract import Mode, choose_mode, extract
from dupdetect.records import Page

CONFIG = ExtractConfig()
MODES: tuple[Mode, ...] = ("accurate", "bulk")
SENTENCE = "Die Gemeinde hat am Dienstag über den Bau der neuen Brücke entschieden. "
ARTICLE = f"""<!doctype html><html lang="en"><head><meta charset="utf-8">
<title>Brücke beschlossen - Zeitung</title>
<meta property="og:title" content="Brücke beschlossen">
<meta property="article:published_time" content="2024-05-06T07:08:09+02:00">
<script>var tracking = "secret";</script><style>p {{ color: red }}</style></head>
<body><nav><a href="/">Start</a> <a href="/sport">Sport</a></nav>
<article><h1>Brücke beschlossen</h1>
<p>{SENTENCE * 4}</p>
<p>Mehr steht <a rel="nofollow" href="/bericht?a=1&amp;b=2">im   <b>Bericht</b></a> der Stadt,
{SENTENCE * 3}</p>
<ul><li>Erstens kostet sie fünf Millionen Euro.</li>
<li>Zweitens dauert der Bau zwei Jahre.</li></ul>
<p>Zuletzt sagte die Bürgermeisterin: „Wir freuen uns.“ &lt;Applaus&gt; {SENTENCE * 3}</p>
</article><footer>Impressum | Datenschutz | <a href="/kontakt">Kontakt</a></footer>
</body></html>"""


def page(content: str | bytes = ARTICLE, **fields: object) -> Page:
    data = content.encode() if isinstance(content, str) else content
    return replace(Page(id="p", content=data, url="https://a.example/news/1"), **fields)  # type: ignore[arg-type]


def reason(target: Page, config: ExtractConfig = CONFIG, mode: Mode = "bulk") -> str:
    with pytest.raises(ExtractError) as caught:
        extract(target, config=config, mode=mode)
    assert caught.value.source
    return caught.value.reason


@pytest.mark.parametrize("mode", MODES)
def test_an_article(mode: Mode) -> None:
    document = extract(page(), config=CONFIG, mode=mode)
    assert (document.id, document.url) == ("p", "https://a.example/news/1")
    assert document.title == "Brücke beschlossen"
    assert document.published == "2024-05-06T07:08:09+02:00"
    assert document.language is None
    text = document.text
    assert SENTENCE.strip() in text
    assert "„Wir freuen uns.“ <Applaus>" in text
    if mode == "accurate":
        # resiliparse takes short lists for navigation.
        assert "\nErstens kostet sie fünf Millionen Euro.\nZweitens" in text
    assert "Mehr steht im Bericht der Stadt," in text
    for unwanted in ("secret", "color", "Sport", "Datenschutz", "<p>"):
        assert unwanted not in text


@pytest.mark.parametrize("mode", MODES)
def test_paragraphs_are_divided_by_one_blank_line(mode: Mode) -> None:
    text = extract(page(), config=CONFIG, mode=mode).text
    assert "\n\nMehr steht" in text
    assert "\n\n\n" not in text
    assert all(line == line.strip(" \t") for line in text.split("\n"))


@pytest.mark.parametrize("mode", MODES)
def test_links_inside_the_text(mode: Mode) -> None:
    document = extract(page(), config=CONFIG, mode=mode)
    (link,) = document.links
    assert document.text[link.start : link.end] == "im Bericht"
    assert (link.href, link.rel) == ("https://a.example/bericht?a=1&b=2", "nofollow")


@pytest.mark.parametrize("mode", MODES)
def test_what_the_source_knows_wins(mode: Mode) -> None:
    document = extract(page(published="2020-01-01"), config=CONFIG, mode=mode)
    assert document.published == "2020-01-01"


@pytest.mark.parametrize("mode", MODES)
def test_the_text_is_clean(mode: Mode) -> None:
    dirty = ARTICLE.replace("Zuletzt", "Zu\x07le\u0000tzt e\u0301 &#xd800; \u200b")
    text = extract(page(dirty), config=CONFIG, mode=mode).text
    assert "é" in text
    assert unicodedata.is_normalized("NFC", text)
    assert not {"\x07", "\0", "\r"} & set(text)
    text.encode("utf-8")


@pytest.mark.parametrize("mode", MODES)
def test_the_charset_of_the_page_is_found(mode: Mode) -> None:
    latin = ARTICLE.replace('charset="utf-8"', 'charset="iso-8859-1"').encode("cp1252")
    assert "Bürgermeisterin" in extract(page(latin), config=CONFIG, mode=mode).text
    bare = ARTICLE.replace('<meta charset="utf-8">', "").encode("cp1252")
    declared = extract(page(bare, charset="windows-1252"), config=CONFIG, mode=mode)
    assert "Bürgermeisterin" in declared.text


@pytest.mark.parametrize("mode", MODES)
def test_a_fragment_without_an_article_still_gives_its_text(mode: Mode) -> None:
    assert extract(page("<p>Nur ein Satz."), config=CONFIG, mode=mode).text == "Nur ein Satz."
    assert extract(page("Gar kein HTML."), config=CONFIG, mode=mode).text == "Gar kein HTML."


@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize(
    ("content", "expected"),
    [
        (b"", "no_text"),
        (b"<html><head><title>x</title></head><body><script>y</script></body>", "no_text"),
        (b"%PDF-1.4 stream", "not_text"),
        (bytes(range(1, 9)) * 100, "not_text"),
        (b"\x1f\x8b\x08\x00\x00", "not_text"),
    ],
)
def test_pages_without_text(mode: Mode, content: bytes, expected: str) -> None:
    assert reason(page(content), mode=mode) == expected


@pytest.mark.parametrize("mode", MODES)
def test_limits(mode: Mode) -> None:
    assert reason(page(), ExtractConfig(max_bytes=100), mode) == "too_large"
    assert reason(page(), ExtractConfig(max_chars=100), mode) == "too_large"
    assert reason(page(content_type="image/png"), mode=mode) == "content_type"


def test_plain_text_stays_as_it_is_written() -> None:
    text = "  Eingerückt,  mit  Lücken.\r\n\r\n\r\n\r\nZweiter <b>Absatz</b>."
    target = page(text.encode("cp1252"), content_type="text/plain", charset="latin1")
    document = extract(target, config=CONFIG)
    assert document.text == "  Eingerückt,  mit  Lücken.\n\nZweiter <b>Absatz</b>."
    assert document.links == ()
    assert reason(page(b" \n", content_type="text/plain")) == "no_text"
    small = ExtractConfig(max_chars=10)
    assert reason(page(text, content_type="text/plain"), small) == "too_large"


def test_the_mode_of_a_page() -> None:
    single, archived = page(), page(record="byte 0")
    assert choose_mode(single, CONFIG) == "accurate"
    assert choose_mode(archived, CONFIG) == "bulk"
    for mode in MODES:
        config = ExtractConfig(extractor=mode)
        assert choose_mode(single, config) == choose_mode(archived, config) == mode


def test_a_date_that_only_the_text_of_the_page_tells() -> None:
    undated = ARTICLE.replace("article:published_time", "x").replace(
        "<h1>", '<p class="date">Published 3 June 2023</p><h1>'
    )
    assert extract(page(undated), config=CONFIG, mode="bulk").published is None
    assert extract(page(undated), config=CONFIG, mode="accurate").published == "2023-06-03"


TAGS = st.sampled_from(
    ["<p>", "</p>", "<div>", "</div>", "<a href=/x>", "</a>", "<table>", "<td>", "<li>", "<b>",
     "<!--", "-->", "<script>", "</script>", "<br>", "&amp;", "&#0;", "&#xD800;", "<pre>",
     "<base href=x>",
     '<meta name="date" content="', "<svg>", "<template>", "<?xml", "<![CDATA[", "\x00", '"', "<"],
)  # fmt: skip


@pytest.mark.parametrize("mode", MODES)
@settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
@given(parts=st.lists(TAGS | st.text(max_size=20), max_size=40))
def test_tag_soup_gives_a_document_or_an_extract_error(mode: Mode, parts: list[str]) -> None:
    try:
        document = extract(
            page("".join(parts).encode("utf-8", "replace")), config=CONFIG, mode=mode
        )
    except ExtractError as error:
        assert error.reason in {"no_text", "not_text"}
    else:
        document.text.encode("utf-8")
        assert all(0 <= k.start < k.end <= len(document.text) for k in document.links)
