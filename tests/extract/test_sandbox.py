"""Extraction in a child process: hangs, crashes and memory cost one page."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from dataclasses import replace

import pytest

from dupdetect.config import ExtractConfig
from dupdetect.errors import ExtractError
from dupdetect.extract import Sandbox, extract, extract_all
from dupdetect.records import Document, Page, Skip

ARTICLE = (
    "<html><head><title>Titel</title></head><body><article><p>"
    + "Ein ganzer Satz über die <a href='https://b.example/'>Brücke</a>. " * 30
    + "</p></article></body></html>"
).encode()
PAGE = Page(id="a", content=ARTICLE, source="crawl.warc", record="byte 7")
CONFIG = ExtractConfig(timeout=15.0)


@pytest.fixture(scope="module")
def sandbox() -> Iterator[Sandbox]:
    with Sandbox(CONFIG) as running:
        yield running


@pytest.fixture(scope="module")
def hasty() -> Iterator[Sandbox]:
    with Sandbox(replace(CONFIG, timeout=0.5)) as running:
        yield running


def pid(sandbox: Sandbox) -> int:
    assert sandbox._process is not None
    return sandbox._process.pid


def reason(sandbox: Sandbox, page: Page) -> str:
    with pytest.raises(ExtractError) as caught:
        sandbox.extract(page)
    assert (caught.value.source, caught.value.record) == (page.source, page.record)
    return caught.value.reason


def test_the_same_document_as_in_this_process(sandbox: Sandbox) -> None:
    for mode in ("bulk", "accurate"):
        inside = sandbox.extract(PAGE, mode=mode)
        assert inside == extract(PAGE, config=CONFIG, mode=mode)
        assert inside.links


def test_errors_come_through_and_the_worker_stays(sandbox: Sandbox) -> None:
    sandbox.extract(PAGE)
    before = pid(sandbox)
    assert reason(sandbox, replace(PAGE, content=b"<p>")) == "no_text"
    assert reason(sandbox, replace(PAGE, content=b"%PDF-")) == "not_text"
    assert pid(sandbox) == before


def test_plain_text_needs_no_worker() -> None:
    fresh = Sandbox(CONFIG)
    document = fresh.extract(replace(PAGE, content=b"hello", content_type="text/plain"))
    assert document.text == "hello"
    assert fresh._process is None


def test_a_worker_that_died_between_pages_is_replaced(sandbox: Sandbox) -> None:
    sandbox.extract(PAGE)
    before = pid(sandbox)
    os.kill(before, signal.SIGKILL)
    assert sandbox._process is not None
    sandbox._process.wait()
    assert sandbox.extract(PAGE).text
    assert pid(sandbox) != before


def test_a_worker_that_dies_over_a_page_costs_that_page(sandbox: Sandbox) -> None:
    sandbox.extract(PAGE)
    victim = pid(sandbox)
    os.kill(victim, signal.SIGSTOP)
    threading.Timer(0.1, os.kill, (victim, signal.SIGSEGV)).start()
    threading.Timer(0.15, os.kill, (victim, signal.SIGCONT)).start()
    with pytest.raises(ExtractError) as caught:
        sandbox.extract(PAGE)
    assert caught.value.reason == "extract_crash"
    assert "SIGSEGV" in caught.value.message
    assert sandbox.extract(PAGE).text


def test_a_page_that_hangs_is_given_up_and_the_next_one_works(hasty: Sandbox) -> None:
    hasty.extract(PAGE, mode="bulk")
    os.kill(pid(hasty), signal.SIGSTOP)
    assert reason(hasty, PAGE) == "extract_timeout"
    assert hasty._process is None
    assert hasty.extract(PAGE, mode="bulk").text


@pytest.mark.parametrize(
    "content",
    [
        b"<div>" * 300_000 + b"text",
        b"<table><tr><td>" * 60_000 + b"text",
        b"<p " + b" ".join(b"a%d=1" % n for n in range(300_000)) + b">text",
        b"<p>" + b"&amp;" * 900_000,
        b"<p>" + b"<a href=x>" * 200_000 + b"text",
        b"\x00" * 1_000_000 + b"<p>text",
        b"<p>" + b"word " * 190_000,
    ],
    ids=["divs", "tables", "attributes", "entities", "links", "nuls", "one line"],
)
def test_hostile_pages_cost_at_most_themselves(content: bytes, hasty: Sandbox) -> None:
    for mode in ("bulk", "accurate"):
        try:
            hasty.extract(replace(PAGE, content=content), mode=mode)
        except ExtractError as error:
            assert error.reason in {
                "extract_timeout", "extract_memory", "extract_crash", "too_large", "no_text",
            }  # fmt: skip
    assert hasty.extract(PAGE, mode="bulk").text


@pytest.mark.parametrize("mode", ["bulk", "accurate"])
def test_a_page_that_needs_too_much_memory(mode: str) -> None:
    greedy = replace(PAGE, content=b"<p>" + b"<p>a&amp;" * 2_000_000)
    with Sandbox(replace(CONFIG, memory=330_000_000, timeout=60.0)) as small:
        with pytest.raises(ExtractError) as caught:
            small.extract(greedy, mode=mode)  # type: ignore[arg-type]
        assert caught.value.reason == "extract_memory"
        assert small.extract(PAGE, mode="bulk").text


def test_closing_ends_the_worker_and_it_may_be_used_again() -> None:
    sandbox = Sandbox(CONFIG)
    sandbox.extract(PAGE)
    process = sandbox._process
    sandbox.close()
    sandbox.close()
    assert process is not None
    assert process.poll() is not None
    assert sandbox.extract(PAGE).text
    sandbox.close()


def test_workers_end_with_a_parent_that_was_killed() -> None:
    script = (
        "import os, signal, sys; from dupdetect.extract import Sandbox;"
        "from dupdetect.config import ExtractConfig; from dupdetect.records import Page;"
        "sandbox = Sandbox(ExtractConfig());"
        "sandbox.extract(Page(id='a', content=b'<p>text'));"
        "print(sandbox._process.pid, flush=True); os.kill(os.getpid(), signal.SIGKILL)"
    )
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, sys.path))}
    done = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, env=environment, timeout=60
    )
    worker = int(done.stdout)
    waited = threading.Event()
    for _ in range(100):
        if not _runs(worker):
            return
        waited.wait(0.05)
    pytest.fail("the worker outlived its parent")


def _runs(process: int) -> bool:
    try:
        with open(f"/proc/{process}/stat") as stat:
            return stat.read().rpartition(")")[2].split()[0] != "Z"
    except FileNotFoundError:
        return False


# Many pages


def test_a_stream_keeps_its_order_and_passes_documents_on() -> None:
    items: list[Page | Document] = []
    for n in range(30):
        if n % 5 == 4:
            items.append(Document(id=f"d{n}", text="fertig"))
        else:
            content = b"%PDF-" if n % 7 == 3 else ARTICLE.replace(b"ganzer", b"ganzer %d." % n)
            items.append(Page(id=f"p{n}", content=content, source="s", record=str(n)))
    skips: list[Skip] = []
    found = list(extract_all(items, config=CONFIG, on_skip=skips.append, workers=2))
    lost = [n for n in range(30) if n % 7 == 3 and n % 5 != 4]
    assert [item.id for item in found] == [item.id for n, item in enumerate(items) if n not in lost]
    assert [(skip.record, skip.reason) for skip in skips] == [(str(n), "not_text") for n in lost]
    for document in found:
        if document.id.startswith("p"):
            assert f"ganzer {document.id[1:]}." in document.text


def test_pages_are_not_read_far_ahead() -> None:
    taken = 0

    def source() -> Iterator[Page]:
        nonlocal taken
        for n in range(1000):
            taken += 1
            yield replace(PAGE, id=str(n))

    documents = extract_all(source(), config=CONFIG, on_skip=print, workers=1)
    assert next(documents).id == "0"
    assert taken < 30
    documents.close()  # type: ignore[attr-defined]
