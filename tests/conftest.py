"""Fixtures shared by all tests."""

from __future__ import annotations

import os
import shutil
import signal
import socket
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import settings

ROOT = Path(__file__).resolve().parent.parent

# What a change must pass says something of the change: the same examples each time. Runs by hand
# draw others.
settings.register_profile("gate", derandomize=True)
if os.environ.get("CI"):
    settings.load_profile("gate")


@pytest.fixture(scope="session")
def repository() -> Path:
    """The root of the source tree."""
    return ROOT


@pytest.fixture(scope="session")
def sample() -> Path:
    """The sample corpus written for this project."""
    return ROOT / "corpora" / "sample"


@pytest.fixture(scope="session")
def shared() -> Path:
    """The reference data: DUPDETECT_SHARED, else ../shared; skips where it is absent."""
    path = Path(os.environ.get("DUPDETECT_SHARED", ROOT.parent / "shared"))
    if not (path / "seeds" / "expected.json").exists():
        pytest.skip("reference data absent: set DUPDETECT_SHARED to its folder")
    return path


class RedisServer:
    """A Redis server of the tests' own, on a free port, that writes down all it is told.

    At once: by default Redis puts writes off for up to two seconds while the disk is busy.
    """

    def __init__(self, folder: Path) -> None:
        self._binary = shutil.which("redis-server") or ""
        if not self._binary:
            pytest.skip("redis-server is not installed")
        pytest.importorskip("redis")
        self._folder = folder
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.port = probe.getsockname()[1]
        self.start()

    @property
    def url(self) -> str:
        """The address of its first database."""
        return f"redis://127.0.0.1:{self.port}/0"

    def start(self, *options: str) -> None:
        """Starts it, with what it wrote down before, and waits until it answers."""
        import redis

        place = f"--port {self.port} --bind 127.0.0.1 --dir {self._folder} --logfile log"
        durable = ["--appendonly", "yes", "--appendfsync", "always", "--save", ""]
        command = [self._binary, *place.split(), *durable, *options]
        self._process = subprocess.Popen(command, stdout=subprocess.DEVNULL)
        client = redis.Redis(port=self.port)
        deadline = time.monotonic() + 30
        while True:
            try:
                client.ping()
                break
            except redis.ConnectionError:
                if self._process.poll() is not None or time.monotonic() > deadline:
                    self.kill()
                    raise
                time.sleep(0.02)
        client.close()

    def kill(self) -> None:
        """Ends it without warning."""
        self._process.kill()
        self._process.wait()

    def pause(self) -> None:
        """Lets it accept connections, but not answer."""
        self._process.send_signal(signal.SIGSTOP)

    def resume(self) -> None:
        """Lets it go on."""
        self._process.send_signal(signal.SIGCONT)


@pytest.fixture(scope="session")
def redis_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RedisServer]:
    """A server for all tests: each takes a prefix of its own. Skips where there is no Redis."""
    server = RedisServer(tmp_path_factory.mktemp("redis"))
    yield server
    server.kill()


@pytest.fixture
def mortal_redis(tmp_path: Path) -> Iterator[RedisServer]:
    """A server for one test, which may kill it. Skips where there is no Redis."""
    server = RedisServer(tmp_path)
    yield server
    server.kill()
