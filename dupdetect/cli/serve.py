"""``dupdetect index serve-stdin``: an index for crawlers in any language, one JSON line at a time.

Every line of standard input is a request and gets exactly one line of standard output, in order and
flushed. What goes wrong with one request is answered; only the end of the input ends the command.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass, field, replace
from math import isfinite
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any

import click

from dupdetect.cli.messages import say
from dupdetect.config import Config
from dupdetect.errors import DupdetectError, InputError
from dupdetect.records import Document, Page

if TYPE_CHECKING:
    from dupdetect.detector import Detector, Index
    from dupdetect.extract import Sandbox

#: Bytes of a line; longer ones are read to their end and refused. JSON takes up to six bytes for a
#: character, and a page may have 20 million bytes.
MAX_LINE = 128_000_000
OPERATIONS = (
    "process", "score", "query", "add", "remove", "contains", "get", "info",
)  # fmt: skip
_ABOUT = ("url", "title", "language", "published")


@click.command("serve-stdin")
@click.argument("path", metavar="PATH")
@click.option("--create/--no-create", default=True, help="Whether an absent index is created.")
@click.option(
    "--config",
    "config_file",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="TOML file with settings; without it an index keeps its own.",
)
@click.option(
    "--model", "models", metavar="PATH", multiple=True,
    type=click.Path(exists=True, dir_okay=False),
    help="Use this model of `dupdetect train` in place of the shipped one (repeatable).",
)  # fmt: skip
@click.option(
    "--domain-list", "domain_lists", metavar="FILE", multiple=True,
    type=click.Path(exists=True, dir_okay=False), help="Domains to distrust.",
)  # fmt: skip
def command(
    path: str,
    create: bool,
    config_file: Path | None,
    models: tuple[str, ...],
    domain_lists: tuple[str, ...],
) -> None:
    """Answer one JSON request per line of standard input, one line each, until it ends.

    {"op": "process", "id": "...", "text": "..."} scores, matches and adds a document. Other
    operations: score, query, add, remove, contains, get, info. See docs/crawlers.md.
    """
    from dupdetect.detector import Detector, Index
    from dupdetect.extract import Sandbox

    if sys.stdin is None or sys.stdout is None:
        raise click.UsageError("standard input and standard output must be open")
    config = Config.load(config_file) if config_file is not None else None
    with Index.open(path, config=config, create=create) as index:
        own = (config or index.config).quality
        own = replace(own, models=own.models + models, domain_lists=own.domain_lists + domain_lists)
        detector = Detector(index=index, config=replace(config or index.config, quality=own))
        with Sandbox(detector.config.extract) as sandbox:
            server = Server(index, detector, sandbox)
            for line in _lines(sys.stdin.buffer):
                sys.stdout.buffer.write(server.answer(line) + b"\n")
                sys.stdout.buffer.flush()


class RequestError(DupdetectError):
    """A line that is no request; ``reason`` is a short snake_case word."""

    def __init__(self, message: str, reason: str = "bad_request") -> None:
        self.reason = reason
        super().__init__(message)


@dataclass(slots=True)
class Server:
    """Answers requests from an index."""

    index: Index
    detector: Detector
    sandbox: Sandbox
    _scorer: Detector = field(init=False)

    def __post_init__(self) -> None:
        from dupdetect.detector import Detector

        self._scorer = Detector(config=self.detector.config)

    def answer(self, line: bytes | None) -> bytes:
        """The answer to one line (None: it was too long), as ASCII without a line end.

        It repeats the request's ``op`` and ``tag``. An error is ``{"error", "reason"}``.
        """
        request: dict[str, Any] = {}
        try:
            request = _parsed(line)
            found = self._do(request)
        except (RequestError, InputError) as error:
            found = {"error": str(error), "reason": error.reason}
        except DupdetectError as error:
            found = {"error": str(error), "reason": type(error).__name__}
        except Exception as error:
            # A fault of this program: said on standard error too, and the crawl goes on.
            found = {"error": f"{type(error).__name__}: {error}", "reason": "internal"}
            say(f"serve-stdin: {type(error).__name__}: {error}")
        echo = {name: request[name] for name in ("op", "tag") if name in request}
        return json.dumps({**echo, **found}, default=str).encode("ascii")

    def _do(self, request: Mapping[str, Any]) -> dict[str, Any]:
        match request.get("op"):
            case "process":
                document = self._document(request)
                known = document.id in self.index
                return {**self.detector.process(document).to_dict(), "known": known}
            case "score":
                asked = self._document(request, id="")
                return {**self._scorer.score(asked).to_dict(), "id": asked.id or None}
            case "query":
                asked = self._document(request, id="")
                matches = self.index.query(asked if asked.id else asked.text)
                return {"id": asked.id or None, "matches": [match.to_dict() for match in matches]}
            case "add":
                document = self._document(request)
                known = document.id in self.index
                self.index.add(document)
                return {"id": document.id, "added": True, "known": known}
            case "remove":
                id = _id(request)
                return {"id": id, "removed": self.index.remove(id)}
            case "contains":
                id = _id(request)
                return {"id": id, "contains": id in self.index}
            case "get":
                id = _id(request)
                stored = self.index.get(id)
                return {"id": id, "document": None if stored is None else asdict(stored)}
            case "info":
                return {"info": self.index.info()}
        raise RequestError(f"op must be one of {', '.join(OPERATIONS)}", "unknown_op")

    def _document(self, request: Mapping[str, Any], *, id: str | None = None) -> Document:
        """The document of a request; ``id`` stands in for a missing id, None requires one."""
        name = _id(request, default=id)
        text, html = _string(request, "text"), _string(request, "html")
        about: dict[str, Any] = {key: _string(request, key) for key in _ABOUT}
        if text is not None:
            return Document(id=name, text=text, **about)
        if html is None:
            raise RequestError(f"{request['op']} needs a text or a page (html)", "no_text")
        content = html.encode("utf-8", "replace")
        page = Page(id=name, content=content, url=about["url"], charset="utf-8", source=name)
        found = self.sandbox.extract(page)
        return replace(found, **{key: value for key, value in about.items() if value})


def _parsed(line: bytes | None) -> dict[str, Any]:
    if line is None:
        raise RequestError(f"a line has more than {MAX_LINE} bytes", "too_large")
    try:  # programs on Windows put a byte order mark before the first line
        text = line.decode("utf-8-sig")
        request = json.loads(text, parse_constant=_finite, parse_float=_finite)
    except (ValueError, RecursionError) as error:
        raise RequestError(f"not JSON in UTF-8: {error}", "bad_json") from error
    if not isinstance(request, dict):
        raise RequestError("a request is a JSON object", "bad_json")
    return request


def _finite(number: str) -> float:
    """A number; NaN and what is infinite is not JSON, and could not be repeated in an answer."""
    value = float(number)
    if not isfinite(value):
        raise ValueError(f"{number} is no number")
    return value


def _id(request: Mapping[str, Any], *, default: str | None = None) -> str:
    value = _string(request, "id") or default
    if value is None:
        raise RequestError(f"{request['op']} needs an id")
    return value


def _string(request: Mapping[str, Any], name: str) -> str | None:
    value = request.get(name)
    if value is not None and not isinstance(value, str):
        raise RequestError(f"{name} must be a string")
    return value


def _lines(stream: IO[bytes], limit: int = MAX_LINE) -> Iterator[bytes | None]:
    """Lines as they come; None for one of more than ``limit`` bytes."""
    while line := stream.readline(limit + 1):
        if len(line) <= limit or line.endswith(b"\n"):
            yield line
            continue
        while rest := stream.readline(limit):
            if rest.endswith(b"\n"):
                break
        yield None
