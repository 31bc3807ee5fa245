"""An index whose writers are killed, one that six processes use at once, a server that dies."""

from __future__ import annotations

import os
import random
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from benchmarks.redis_process import RedisProcess
from dupdetect.detector import Index
from dupdetect.records import Document

#: Documents that an embedded index makes a segment of at once, without its table of recent ones.
BULK = 4_200
#: Adds documents until it is killed, one by one and in parts, with ever the same texts for an id;
#: says the number of each that is safe.
_WRITER = """
import random, sys
from benchmarks.index_faults import text_of
from dupdetect.detector import Index
from dupdetect.records import Document
path, first, step, last, bulk = sys.argv[1], *map(int, sys.argv[2:6])
with Index.open(path, keep_text=False) as index:
    index.query(Document(id="q", text=text_of(0), language="fr"))
    print("ready", flush=True)
    number = first
    while number < last:
        many = random.choice((1, 1, 1, 1, 1, 1, 1, 400, 400, bulk))
        part = range(number, min(number + step * many, last), step)
        index.add_many([Document(id=str(i), text=text_of(i), language="fr") for i in part])
        for i in part:
            if i % 10 == 9:
                index.remove(str(i))
        number = part[-1] + step
        print(part[-1], flush=True)
"""

#: Asks copies of documents that were there from the start until its input ends; counts its answers.
_READER = """
import select, sys
from benchmarks.index_faults import text_of
from dupdetect.detector import Index
from dupdetect.records import Document
answers = wrong = 0
with Index.open(sys.argv[1], create=False) as index:
    while not select.select([sys.stdin], [], [], 0)[0]:
        i = answers % 90
        found = index.query(Document(id="q", text=text_of(i), language="fr"))
        best = [match.b for match in found if match.kind == "exact"]
        wrong += best != ([str(i)] if i % 10 != 9 else [])
        answers += 1
print(answers, wrong)
"""
_ENVIRONMENT = {**os.environ, "PYTHONPATH": str(Path(__file__).parent.parent)}


def text_of(number: int) -> str:
    """A text of its own, of some eighty words, for a number."""
    rng = random.Random(number)
    syllables = ["ba", "ri", "ke", "lou", "man", "to", "vé", "zin", "dra", "pel"]

    def word() -> str:
        return "".join(rng.choices(syllables, k=rng.randint(2, 4)))

    def sentence() -> str:
        number = rng.randint(2, 999)
        return f"{word().title()} le {word()} de {word().title()} {number} dans la {word()}"

    return ". ".join(sentence() for _ in range(9))


def killed(path: Path, times: int) -> dict[str, Any]:
    """Kills a writer at random moments; what was lost, and what verify finds each time."""
    rng = random.Random(11)
    lost = problems = 0
    safe = -1
    _compile()
    started = time.perf_counter()
    for _ in range(times):
        writer = _start(_WRITER, path, safe + 1, 1, 1 << 30, BULK)
        assert writer.stdout is not None
        writer.stdout.readline()
        time.sleep(rng.uniform(0.0, 1.5))
        writer.kill()
        said = writer.communicate()[0].split("\n")
        safe = max([safe, *(int(line) for line in said[:-1])])
        with Index.open(path) as index:
            problems += len(index.verify())
            lost += sum((str(i) in index) != (i % 10 != 9) for i in range(safe + 1))
    return {
        "what": "killed", "kills": times, "acknowledged": safe + 1, "lost": lost,
        "problems": problems, "seconds": round(time.perf_counter() - started, 1),
    }  # fmt: skip


def restarted(folder: Path, seconds: float) -> dict[str, Any]:
    """:func:`together` on a Redis server that is killed and started again, or does not answer."""
    server = RedisProcess(folder, durable=True)
    try:
        address = f"redis://127.0.0.1:{server.port}/0?retries=30&timeout=3"
        return together(address, seconds, what="redis restarted", disturb=server.disturb)
    finally:
        server.kill()


def together(
    path: Path | str, seconds: float, *, what: str = "together",
    disturb: Callable[[float], dict[str, int] | None] = time.sleep,
) -> dict[str, Any]:  # fmt: skip
    """Two writers and four readers at once, compared with one writer's index in memory.

    ``disturb`` is what happens meanwhile; it says what it did.
    """
    _compile()
    first = [Document(id=str(i), text=text_of(i), language="fr") for i in range(100)]
    with Index.open(path, keep_text=False) as index:
        index.add_many([document for document in first if int(document.id) % 10 != 9])
    writers = [_start(_WRITER, path, 100 + half, 2, 1 << 30, 400) for half in range(2)]
    readers = [_start(_READER, path) for _ in range(4)]
    for writer in writers:
        assert writer.stdout is not None
        writer.stdout.readline()  # it is ready
    done = disturb(seconds) or {}
    for writer in writers:
        writer.terminate()
    said = [writer.communicate()[0].split("\n")[:-1] for writer in writers]
    answers = [reader.communicate("stop\n")[0].split() for reader in readers]
    last = [max([0, *map(int, lines)]) for lines in said]
    wanted = {d.id for d in first if int(d.id) % 10 != 9}
    for half, end in enumerate(last):
        wanted |= {str(i) for i in range(100 + half, end + 1, 2) if i % 10 != 9}
    with Index.open(path) as index, Index.open(None, config=index.config) as serial:
        problems = index.verify()
        lost = [id for id in wanted if id not in index]
        kept = [id for id in index if id in wanted]
        for at in range(0, len(kept), 256):
            part = kept[at : at + 256]
            serial.add_many([Document(id=id, text=text_of(int(id)), language="fr") for id in part])
        for id in [id for id in index if id not in wanted]:
            index.remove(id)  # added, and not yet acknowledged when the writer was stopped
        asked = [Document(id="q", text=text_of(int(id)), language="fr") for id in kept[::50]]
        different = sum(
            {(m.b, m.kind, m.score) for m in index.query(d)}
            != {(m.b, m.kind, m.score) for m in serial.query(d)}
            for d in asked
        )
    return {
        "what": what, "seconds": seconds, **done, "documents": len(kept),
        "answers": sum(int(a[0]) for a in answers),
        "wrong_answers": sum(int(a[1]) for a in answers),
        "lost": len(lost), "problems": len(problems), "unlike_serial": different,
    }  # fmt: skip


def _compile() -> None:
    """Lets the kernels be compiled and cached here, and not in every process that is killed."""
    with tempfile.TemporaryDirectory() as folder, Index.open(Path(folder) / "i") as index:
        index.add_many([Document(id=str(i), text=text_of(i), language="fr") for i in range(5_000)])
        for i in range(600):
            index.add(Document(id=f"copy {i}", text=text_of(i), language="fr"))
            index.query(text_of(i))
        index.remove("1")
        index.compact()
        index.verify()


def _start(code: str, path: Path | str, *arguments: int) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-c", code, str(path), *map(str, arguments)], env=_ENVIRONMENT, text=True,
        stdin=subprocess.PIPE, stdout=subprocess.PIPE,
    )  # fmt: skip
