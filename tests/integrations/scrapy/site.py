"""A site of 60 pages on the loopback: originals, copies, rewrites, templates and faults."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from html import escape
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from time import sleep

#: Articles whose page answers late, and articles that a second page shows verbatim.
SLOW = ("fr-musee", "en-bridge", "it-traghetto")
MIRRORED = (
    "fr-tempete", "fr-rachat", "fr-cinema", "fr-loutre", "en-seeds", "en-library", "es-sequia",
    "fr-musee",
)  # fmt: skip
#: Copies served with a fault: cut short in mid-transfer, in another charset than UTF-8.
CUT, LATIN = "fr-incendie", "fr-port-indep"
#: Derivatives of a page that is not on this site.
LEFT_OUT = ("fr-proces-bref", "fr-proces-llm")
LATE = 0.4


@dataclass(frozen=True)
class Reply:
    """What a path answers; ``length`` is the declared one when it is not the body's."""

    body: bytes
    status: int = 200
    type: str = "text/html; charset=utf-8"
    delay: float = 0.0
    length: int | None = None
    hang_up: bool = False


@dataclass
class Site:
    """Replies by path, and what a crawl must make of them: path of a derivative to its source."""

    replies: dict[str, Reply] = field(default_factory=dict)
    copies: dict[str, str] = field(default_factory=dict)
    rewrites: dict[str, str] = field(default_factory=dict)
    translations: dict[str, str] = field(default_factory=dict)
    #: Pages of their own: originals, independent reports, templates.
    own: set[str] = field(default_factory=set)
    #: Pages that answer with a status of 200 and a few words.
    thin: set[str] = field(default_factory=set)


def build(sample: Path) -> Site:
    """The site, from the sample corpus written for this project."""
    lines = (sample / "articles.jsonl").read_text(encoding="utf-8").splitlines()
    articles = {one["id"]: one for one in map(json.loads, lines) if one["id"] not in LEFT_OUT}
    pairs = json.loads((sample / "expected.json").read_text(encoding="utf-8"))["pairs"]
    site = Site()
    links: dict[str, list[str]] = {}
    for kind, found in pairs.items():
        target = {
            "exact": site.copies, "near_duplicate": site.copies, "partial": site.copies,
            "rewrite": site.rewrites, "translation": site.translations,
        }.get(kind)  # fmt: skip
        for source, other in found:
            if target is not None and source in articles and other in articles:
                target[f"/a/{other}"] = f"/a/{source}"
                links.setdefault(source, []).append(f"/a/{other}")
    for name in MIRRORED:
        site.copies[f"/miroir/{name}"] = f"/a/{name}"
        links.setdefault(name, []).append(f"/miroir/{name}")
    for path, name in (("/faux/coupe", CUT), ("/faux/latin", LATIN)):
        site.copies[path] = f"/a/{name}"
        links.setdefault(name, []).append(path)
    derived = {**site.copies, **site.rewrites, **site.translations}
    for name, article in articles.items():
        delay = LATE if name in SLOW else 0.0
        site.replies[f"/a/{name}"] = Reply(_page(article, links.get(name, [])), delay=delay)
        if f"/a/{name}" not in derived:
            site.own.add(f"/a/{name}")
    for name in MIRRORED:
        site.replies[f"/miroir/{name}"] = Reply(_mirror(articles[name]))
    _faults(site, articles)
    first = sorted(site.own) + sorted(path for path in site.replies if path not in derived)
    index = "".join(f'<a href="{path}">{path}</a>' for path in dict.fromkeys(first))
    site.replies["/"] = Reply(f"<html><body>{index}</body></html>".encode())
    return site


def _faults(site: Site, articles: dict[str, dict[str, str]]) -> None:
    whole = _mirror(articles[CUT])
    end = len(whole) * 7 // 8
    site.replies["/faux/coupe"] = Reply(whole[:end], length=len(whole))
    latin = _mirror(articles[LATIN]).decode().replace('"utf-8"', '"windows-1252"')
    site.replies["/faux/latin"] = Reply(latin.encode("windows-1252", "replace"), type="text/html")
    site.replies["/faux/absent"] = Reply(_mirror(articles[CUT]), status=404)
    site.replies["/faux/erreur"] = Reply(_mirror(articles[CUT]), status=500)
    site.replies["/faux/raccroche"] = Reply(b"", hang_up=True)
    site.replies["/faux/binaire"] = Reply(b"\x89PNG\r\n\x1a\n" + bytes(range(256)) * 8)
    site.replies["/faux/vide"] = Reply(b"<html><body></body></html>")
    for number in range(5):
        path = f"/perdu/{number}"
        site.replies[path] = Reply(b"<html><body><p>Cette page n'existe plus.</p></body></html>")
        site.thin.add(path)


def _page(article: dict[str, str], links: list[str]) -> bytes:
    menu = "".join(f'<li><a href="/r/{n}">Rubrique {n}</a></li>' for n in "ABCDEF")
    more = "".join(f'<a class="suite" href="{link}">{link}</a>' for link in links)
    return (
        f'<html lang="{article["language"]}"><head><title>{escape(article["title"])}</title>'
        f"</head><body><nav><ul>{menu}</ul></nav><article>{_paragraphs(article)}</article>"
        f"<aside>{more}</aside><footer>Tous droits réservés.</footer></body></html>"
    ).encode()


def _mirror(article: dict[str, str]) -> bytes:
    return (
        f'<html><head><meta charset="utf-8"><title>{escape(article["title"])}</title></head>'
        f'<body><div class="top">Le Miroir</div><main>{_paragraphs(article)}</main></body></html>'
    ).encode()


def _paragraphs(article: dict[str, str]) -> str:
    return "".join(f"<p>{escape(part)}</p>" for part in article["text"].split("\n\n"))


@contextmanager
def serve(site: Site) -> Iterator[str]:
    """Serves a site on a free port, one thread a request; gives its address without a slash."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            reply = site.replies.get(self.path, Reply(b"", status=404))
            if reply.hang_up:
                return
            sleep(reply.delay)
            self.send_response(reply.status)
            self.send_header("Content-Type", reply.type)
            self.send_header("Content-Length", str(reply.length or len(reply.body)))
            self.end_headers()
            self.wfile.write(reply.body)

        def log_message(self, *arguments: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
