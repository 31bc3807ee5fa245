"""HTML pages and WARC archives made for measuring: written markup, generated or borrowed texts.

A page is a skeleton (navigation, scripts, styles, teasers, comments, footer: about 100 kB, as much
as a page of a real news site) around an article. Skeletons are made here; where the reference data
are present, those of real pages take turns, their paragraphs replaced.
"""

from __future__ import annotations

import gzip
import html
import json
import random
import re
import uuid
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from fastwarc.warc import ArchiveIterator

from dupdetect.config import ExtractConfig
from dupdetect.errors import ExtractError
from dupdetect.extract import extract
from dupdetect.records import Page

#: Running text of a borrowed page, which gives way to the article.
_PARAGRAPH = re.compile(r"(<p\b[^>]*>)((?:(?!</?p\b).){40,}?)(?=</p>)", re.DOTALL)
#: Characters of its own that a borrowed page may keep in what is extracted of it: with more, every
#: page made of it would be a copy of the others.
_OWN = 600
#: Bytes of scripts and styles of a written page.
_SCRIPT, _STYLE = 36_000, 20_000
_DATE = "2025-06-10T04:00:00Z"


@dataclass(frozen=True, slots=True)
class Article:
    """What a page is about."""

    title: str
    paragraphs: tuple[str, ...]
    published: str


def written(article: Article, chance: random.Random) -> str:
    """A page around ``article``: head, navigation, article, teasers, comments, footer."""
    teasers = "".join(
        f'<li class="card"><a href="/n/{chance.randrange(10**6)}"><img src="/t/{i}.jpg" alt="">'
        f"<h3>{_some(article, chance, 9)}</h3></a><p>{_some(article, chance, 20)}</p></li>"
        for i in range(24)
    )
    comments = "".join(
        f'<div class="comment" id="c{i}"><b>user{chance.randrange(9999)}</b>'
        f"<p>{_some(article, chance, 25)}</p><a href='#r{i}'>Reply</a></div>"
        for i in range(12)
    )
    body = "".join(f"<p>{html.escape(text)}</p>\n" for text in article.paragraphs)
    title = html.escape(article.title)
    return (
        f'<!DOCTYPE html><html lang="fr"><head><meta charset="utf-8"><title>{title}</title>'
        f'<meta property="og:title" content="{title}">'
        f'<meta property="article:published_time" content="{article.published}">'
        f"<style>{_filler('.a{color:#123;margin:0 auto}', _STYLE)}</style>"
        f"<script>{_filler('var q=q||[];q.push(function(a){return a<3});', _SCRIPT)}</script>"
        f"</head><body><header><nav><ul>{_links('section', 80)}</ul></nav></header>"
        f'<main><article><h1>{title}</h1><div class="byline">by N. N.</div>{body}</article>'
        f'<aside><ul>{teasers}</ul></aside><section class="comments">{comments}</section></main>'
        f"<footer><ul>{_links('legal', 90)}</ul><p>All rights reserved.</p></footer></body></html>"
    )


def borrowed(markup: str, article: Article) -> str:
    """The page ``markup`` with its paragraphs replaced by those of ``article``, in turn."""
    texts = iter(article.paragraphs)

    def replaced(found: re.Match[str]) -> str:
        return found.group(1) + html.escape(next(texts, ""))

    return _PARAGRAPH.sub(replaced, markup)


def skeletons(path: Path) -> list[str]:
    """Markup of the pages of an archive of which little is left without their paragraphs."""
    found = []
    with path.open("rb") as file:
        for record in ArchiveIterator(file):
            if record.is_http:
                markup = record.reader.read().decode("utf-8", "replace")
                if len(_PARAGRAPH.findall(markup)) >= 5 and len(_left(markup)) <= _OWN:
                    found.append(markup)
    return found


def _left(markup: str) -> str:
    """What is extracted of a page when its paragraphs are empty."""
    bare = borrowed(markup, Article("", (), "")).encode("utf-8", "replace")
    try:
        return extract(Page(id="", content=bare), config=ExtractConfig(), mode="bulk").text
    except ExtractError:  # no text
        return ""


def generated(count: int, chance: random.Random) -> Iterator[Article]:
    """Articles of invented words, about 400 each."""
    syllables = [c + v for c in "bcdfglmnprstv" for v in ("a", "e", "i", "o", "u", "ou", "an")]
    vocabulary = ["".join(chance.choices(syllables, k=chance.randrange(1, 5))) for _ in range(9000)]

    def sentence() -> str:
        ranks = (int(chance.paretovariate(0.7)) for _ in range(chance.randrange(8, 22)))
        words = [vocabulary[min(rank, len(vocabulary)) - 1] for rank in ranks]
        words[chance.randrange(len(words))] = str(chance.randrange(100, 99_999))
        words[-1] = chance.choice(vocabulary[-3000:]).capitalize()
        return " ".join(words).capitalize() + "."

    for number in range(count):
        paragraphs = tuple(" ".join(sentence() for _ in range(3)) for _ in range(9))
        yield Article(sentence(), paragraphs, f"2024-{number % 12 + 1:02d}-{number % 28 + 1:02d}")


def write_archive(path: Path, pages: Sequence[tuple[str, str]] | Iterator[tuple[str, str]]) -> int:
    """Writes (url, markup) as WARC, one gzip member a record, as Common Crawl does; bytes of HTML.

    Every page has its request, every tenth is followed by an image and a page that was not found.
    """
    total = 0
    with path.open("wb") as file:
        for number, (url, markup) in enumerate(pages):
            body = markup.encode()
            total += len(body)
            file.write(_member("request", url, b"GET / HTTP/1.1\r\n\r\n", "request"))
            file.write(_response(url, b"200 OK", b"text/html; charset=UTF-8", body))
            if number % 10 == 0:
                file.write(_response(f"{url}.png", b"200 OK", b"image/png", b"\x89PNG" * 5000))
                file.write(_response(f"{url}/gone", b"404 Not Found", b"text/html", b"<p>gone"))
    return total


def _response(url: str, status: bytes, kind: bytes, body: bytes) -> bytes:
    head = b"HTTP/1.1 %b\r\nContent-Type: %b\r\nContent-Length: %d\r\n\r\n"
    return _member("response", url, head % (status, kind, len(body)) + body, "response")


def _member(kind: str, url: str, block: bytes, message: str) -> bytes:
    head = {
        "WARC-Type": kind, "WARC-Date": _DATE, "WARC-Target-URI": url,
        "WARC-Record-ID": f"<urn:uuid:{uuid.uuid5(uuid.NAMESPACE_URL, kind + url)}>",
        "Content-Type": f"application/http; msgtype={message}", "Content-Length": str(len(block)),
    }  # fmt: skip
    lines = "WARC/1.0\r\n" + "".join(f"{name}: {value}\r\n" for name, value in head.items())
    return gzip.compress(lines.encode() + b"\r\n" + block + b"\r\n\r\n", 6, mtime=0)


def _links(name: str, count: int) -> str:
    return "".join(
        f'<li class="item"><a href="/{name}/{i}" data-track="{name}-{i}">{name} {i}</a></li>'
        for i in range(count)
    )


def _some(article: Article, chance: random.Random, words: int) -> str:
    return html.escape(" ".join(chance.choices(" ".join(article.paragraphs).split(), k=words)))


def _filler(code: str, size: int) -> str:
    return code * (size // len(code))


def read_articles(rows: Sequence[dict[str, str]]) -> Iterator[Article]:
    """Articles of rows with ``title``, ``text`` and ``date``."""
    for row in rows:
        parts = tuple(part for part in row["text"].split("\n") if part.strip())
        if len(parts) < 3:
            sentences = re.split(r"(?<=[.!?])\s+", row["text"])
            parts = tuple(" ".join(sentences[at : at + 3]) for at in range(0, len(sentences), 3))
        yield Article(row["title"] or "", parts, str(row["date"])[:10])


def as_json(article: Article) -> str:
    """What a digest is made of."""
    return json.dumps([article.title, article.paragraphs, article.published])
