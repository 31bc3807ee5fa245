"""``dupdetect index serve-stdin`` as a program that another one talks to."""

from __future__ import annotations

import io
import json
import select
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from dupdetect import Index
from dupdetect.cli import serve

#: Seconds after which an answer is taken not to come; the first one may compile kernels.
PATIENCE = 300


class Client:
    """One running command: asks a line, reads a line, as a crawler does."""

    def __init__(self, path: Path, *options: str) -> None:
        command = [sys.executable, "-m", "dupdetect", "index", "serve-stdin", str(path), *options]
        # Unbuffered, so that select sees every answer that has not been read.
        self.process = subprocess.Popen(
            command,
            bufsize=0,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
        )
        assert self.process.stdin and self.process.stdout and self.process.stderr
        self.stdin, self.stdout = self.process.stdin, self.process.stdout
        self.stderr = self.process.stderr

    def send(self, line: bytes) -> None:
        self.stdin.write(line + b"\n")

    def receive(self) -> dict[str, Any]:
        ready, _, _ = select.select([self.stdout], [], [], PATIENCE)
        assert ready, "no answer"
        line = self.stdout.readline()
        assert line.endswith(b"\n") and line.isascii()
        answer = json.loads(line)
        assert isinstance(answer, dict)
        return answer

    def ask(self, **request: Any) -> dict[str, Any]:
        self.send(json.dumps(request).encode())
        return self.receive()

    def end(self) -> tuple[int, bytes, str]:
        """Ends the input: exit code, what still came out, messages."""
        out, messages = self.process.communicate(timeout=PATIENCE)
        return self.process.returncode, out, messages.decode()


@pytest.fixture
def start(tmp_path: Path) -> Iterator[Callable[..., Client]]:
    """Starts the command on an index of the test's folder; what still runs is killed."""
    clients: list[Client] = []

    def begin(*options: str) -> Client:
        clients.append(Client(tmp_path / "crawl.index", *options))
        return clients[-1]

    yield begin
    for client in clients:
        client.process.kill()
        client.process.wait()
        for stream in (client.stdout, client.stderr):
            stream.close()


@pytest.fixture(scope="module")
def texts(sample: Path) -> dict[str, str]:
    lines = (sample / "articles.jsonl").read_text(encoding="utf-8").splitlines()
    return {one["id"]: one["text"] for one in map(json.loads, lines)}


def test_a_crawl_asks_for_every_page(start: Callable[..., Client], texts: dict[str, str]) -> None:
    client = start()
    first = client.ask(op="process", id="a", text=texts["fr-port"], url="http://a.example/1")
    assert first["known"] is False and first["matches"] == [] and first["language"] == "fr"
    assert set(first["scores"]) >= {"boilerplate", "content_farm"}
    copy = client.ask(op="query", id="b", text=texts["fr-port"])
    assert [(m["a"], m["b"], m["kind"]) for m in copy["matches"]] == [("b", "a", "exact")]
    rewrite = client.ask(op="process", id="c", text=texts["fr-port-spun"])
    assert [(m["b"], m["kind"]) for m in rewrite["matches"]] == [("a", "rewrite")]
    assert client.ask(op="process", id="a", text=texts["fr-port"])["known"] is True
    assert client.ask(op="score", text=texts["fr-port"])["matches"] == []
    assert client.ask(op="query", text=texts["fr-port"])["matches"][0]["b"] == "a"
    assert client.end() == (0, b"", "")


def test_what_is_known_can_be_looked_at_and_removed(start: Callable[..., Client]) -> None:
    client = start()
    add = {"op": "add", "id": "é", "text": "Quelques mots.", "url": "http://a.example/é"}
    assert client.ask(**add) == {"op": "add", "id": "é", "added": True, "known": False}
    assert client.ask(**add)["known"] is True
    assert client.ask(op="contains", id="é") == {"op": "contains", "id": "é", "contains": True}
    assert client.ask(op="get", id="é")["document"]["url"] == "http://a.example/é"
    assert client.ask(op="info")["info"]["documents"] == 1
    assert client.ask(op="remove", id="é") == {"op": "remove", "id": "é", "removed": True}
    assert client.ask(op="remove", id="é")["removed"] is False
    assert client.ask(op="contains", id="é")["contains"] is False
    assert client.ask(op="get", id="é")["document"] is None
    assert client.end()[0] == 0


def test_a_page_is_extracted(start: Callable[..., Client], texts: dict[str, str]) -> None:
    client = start()
    body = "".join(f"<p>{part}</p>" for part in texts["fr-port"].split("\n\n"))
    html = f"<html><head><title>Grève</title></head><body><article>{body}</article></body></html>"
    found = client.ask(op="process", id="a", html=html)
    assert found["title"] == "Grève" and found["n_words"] > 200
    assert client.ask(op="query", text=texts["fr-port"])["matches"][0]["b"] == "a"
    assert client.ask(op="add", id="b", html="")["reason"] == "no_text"


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        (b"", "bad_json"),
        (b"no JSON", "bad_json"),
        (b'{"op": "add", "id": "x"', "bad_json"),
        (b'{"op": "add", "id": "\xe9", "text": "x"}', "bad_json"),
        (b"[" * 100_000, "bad_json"),
        (b"[1, 2]", "bad_json"),
        (b"{}", "unknown_op"),
        (b'{"op": "drop"}', "unknown_op"),
        (b'{"op": ["add"]}', "unknown_op"),
        (b'{"op": "add", "text": "x"}', "bad_request"),
        (b'{"op": "remove"}', "bad_request"),
        (b'{"op": "add", "id": 5, "text": "x"}', "bad_request"),
        (b'{"op": "add", "id": "x", "text": ["x"]}', "bad_request"),
        (b'{"op": "add", "id": "x", "text": "x", "url": 1}', "bad_request"),
        (b'{"op": "query", "id": "x"}', "no_text"),
        (b'{"op": "add", "id": "x", "text": "\\ud800"}', "TextError"),
        (b'{"op": "contains", "id": "x", "tag": NaN}', "bad_json"),
        (b'{"op": "contains", "id": "x", "tag": [-Infinity]}', "bad_json"),
        (b'{"op": "contains", "id": "x", "tag": 1e999}', "bad_json"),
    ],
)
def test_a_bad_line_is_answered(line: bytes, reason: str, server: serve.Server) -> None:
    answer = json.loads(server.answer(line))
    assert answer["reason"] == reason and answer["error"]
    assert len(server.index) == 0


def test_a_mark_of_the_byte_order_is_no_part_of_a_line(server: serve.Server) -> None:
    answer = server.answer(b'\xef\xbb\xbf{"op": "contains", "id": "x", "tag": 0.5}\r\n')
    assert json.loads(answer) == {"op": "contains", "tag": 0.5, "id": "x", "contains": False}


@pytest.mark.parametrize("closed", ["<&-", ">&-"])
def test_a_stream_that_is_closed_is_wrong_usage(closed: str, tmp_path: Path) -> None:
    command = f'"$0" -m dupdetect index serve-stdin "$1" {closed}'
    done = subprocess.run(
        ["sh", "-c", command, sys.executable, tmp_path / "i"], capture_output=True, text=True
    )
    assert done.returncode == 2
    assert "must be open" in done.stderr and "Traceback" not in done.stderr


@pytest.fixture
def server() -> Iterator[serve.Server]:
    """The server without its process, on an index in memory."""
    from dupdetect import Detector
    from dupdetect.extract import Sandbox

    with Index.open(None) as index:
        detector = Detector(index=index)
        with Sandbox(detector.config.extract) as sandbox:
            yield serve.Server(index, detector, sandbox)


def test_after_bad_lines_it_goes_on_in_order(start: Callable[..., Client]) -> None:
    client = start()
    lines = [b"?", b'{"op": "contains", "id": "x", "tag": 1}', b"", b'{"op": "no", "tag": [2]}']
    client.send(b"\n".join(lines * 50))
    answers = [client.receive() for _ in range(200)]
    assert [answer.get("tag") for answer in answers] == [None, 1, None, [2]] * 50
    assert ["error" in answer for answer in answers] == [True, False, True, True] * 50
    assert client.end() == (0, b"", "")


def test_a_fault_of_an_operation_is_answered_too(
    server: serve.Server, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def broken(self: Index) -> Any:
        raise RuntimeError("a fault")

    monkeypatch.setattr(Index, "info", broken)
    answer = json.loads(server.answer(b'{"op": "info", "tag": "t"}'))
    assert answer == {
        "op": "info", "tag": "t", "error": "RuntimeError: a fault", "reason": "internal",
    }  # fmt: skip
    assert "a fault" in capsys.readouterr().err


def test_lines_that_are_too_long_are_passed_over() -> None:
    stream = io.BytesIO(b"1234\n12345\n" + b"x" * 23 + b"\n12\n" + b"y" * 6 + b"\nend")
    assert list(serve._lines(stream, 5)) == [b"1234\n", b"12345\n", None, b"12\n", None, b"end"]


def test_a_line_too_long_is_answered(server: serve.Server) -> None:
    assert json.loads(server.answer(None))["reason"] == "too_large"


def test_the_end_of_the_input_ends_it(start: Callable[..., Client]) -> None:
    client = start()
    client.stdin.write(b'{"op": "add", "id": "last", "text": "no line end"}')
    code, out, messages = client.end()
    assert (code, messages) == (0, "")
    assert json.loads(out)["added"] is True
    assert start().end() == (0, b"", "")


def test_what_was_answered_outlives_a_kill(
    start: Callable[..., Client], tmp_path: Path, texts: dict[str, str]
) -> None:
    client = start()
    assert client.ask(op="process", id="a", text=texts["fr-loutre"])["id"] == "a"
    client.process.kill()
    client.process.wait()
    with Index.open(tmp_path / "crawl.index", create=False) as index:
        assert [match.b for match in index.query(texts["fr-loutre"])] == ["a"]


def test_a_reader_that_leaves_ends_it_without_a_traceback(start: Callable[..., Client]) -> None:
    client = start()
    assert "info" in client.ask(op="info")
    client.stdout.close()
    client.send(b'{"op": "info"}')
    assert client.process.wait(PATIENCE) == 1
    assert b"Traceback" not in client.stderr.read()


def test_an_absent_index_is_refused_when_asked_to(
    start: Callable[..., Client], tmp_path: Path
) -> None:
    code, out, messages = start("--no-create").end()
    assert (code, out) == (1, b"")
    assert "crawl.index" in messages and "Traceback" not in messages
    assert not (tmp_path / "crawl.index").exists()
