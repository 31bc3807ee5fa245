"""A standalone Spark cluster of the tests' own: a master and two workers on loopback."""

from __future__ import annotations

import importlib.util
import os
import re
import shutil
import signal
import subprocess
import sys
import time
from contextlib import suppress
from pathlib import Path

import pytest

HERE = Path(__file__).resolve().parent
_MASTER = re.compile(r"Starting Spark master at (spark://\S+)")
#: Short jobs on few cores: the first compiler is enough, and leaves the cores to the work.
_JAVA = "-XX:TieredStopAtLevel=1 -XX:+UseSerialGC -Xss4m"


class Cluster:
    """Processes of the cluster, with logs in ``folder``."""

    def __init__(self, folder: Path) -> None:
        import pyspark

        self._folder = folder
        self._command = Path(pyspark.__file__).parent / "bin" / "spark-class"
        self._environment = {
            **os.environ,
            "SPARK_LOCAL_IP": "127.0.0.1",
            "SPARK_DAEMON_JAVA_OPTS": _JAVA,
            "SPARK_DAEMON_MEMORY": "256m",
            "PYSPARK_PYTHON": sys.executable,
        }
        self._processes: list[subprocess.Popen[bytes]] = []
        self._workers: list[subprocess.Popen[bytes]] = []
        options = ("--host", "127.0.0.1", "--port", "0", "--webui-port", "0")
        log = self._start("master.Master", *options)
        self.url = self._told(log, _MASTER)
        self.fill()

    def fill(self) -> None:
        """Starts workers until there are two."""
        self._workers = [worker for worker in self._workers if worker.poll() is None]
        while len(self._workers) < 2:
            folder = self._folder / f"work-{len(self._processes)}"
            options = ("--host", "127.0.0.1", "--webui-port", "0", "-c", "1", "-m", "1g")
            self._start("worker.Worker", *options, "-d", str(folder), self.url)
            self._workers.append(self._processes[-1])

    def close(self) -> None:
        """Ends all processes, and what they have started."""
        for process in reversed(self._processes):
            with suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)
            process.wait()

    def _start(self, name: str, *options: str) -> Path:
        log = self._folder / f"{len(self._processes)}.log"
        with log.open("wb") as file:
            process = subprocess.Popen(
                [str(self._command), f"org.apache.spark.deploy.{name}", *options],
                env=self._environment, stdout=file, stderr=file, start_new_session=True,
            )  # fmt: skip
        self._processes.append(process)
        return log

    def _told(self, log: Path, pattern: re.Pattern[str]) -> str:
        deadline = time.monotonic() + 120
        while time.monotonic() < deadline and self._processes[-1].poll() is None:
            found = pattern.search(log.read_text(errors="replace"))
            if found:
                return found[1]
            time.sleep(0.05)
        raise AssertionError(f"the master does not start: {log.read_text(errors='replace')}")


@pytest.fixture(scope="session")
def cluster(tmp_path_factory):
    """The cluster; skips where Java or PySpark is absent."""
    if importlib.util.find_spec("pyspark") is None:
        pytest.skip("PySpark is absent: pip install 'dupdetect[spark]'")
    if shutil.which("java") is None:
        pytest.skip("Java is absent: .ci/java.sh installs it")
    made = Cluster(tmp_path_factory.mktemp("cluster"))
    yield made
    made.close()


@pytest.fixture(scope="session")
def spark(cluster):
    """A session in the cluster, for all tests."""
    from pyspark.sql import SparkSession

    os.environ.setdefault("PYSPARK_PYTHON", sys.executable)
    paths = [str(HERE), str(HERE.parents[2])]
    conf = {
        "spark.driver.host": "127.0.0.1",
        "spark.driver.bindAddress": "127.0.0.1",
        "spark.driver.extraJavaOptions": _JAVA,
        "spark.executor.extraJavaOptions": _JAVA,
        "spark.executor.memory": "768m",
        "spark.executorEnv.PYTHONPATH": os.pathsep.join(paths),
        "spark.ui.enabled": "false",
        "spark.ui.showConsoleProgress": "false",
        # A lost executor is noticed by its closed connection; heartbeats would take two minutes.
        "spark.excludeOnFailure.enabled": "false",
    }
    builder = SparkSession.builder.master(cluster.url).appName("tests")
    for name, value in conf.items():
        builder = builder.config(name, value)
    session = builder.getOrCreate()
    session.sparkContext.setLogLevel("OFF")
    yield session
    session.stop()


@pytest.fixture
def deadly(monkeypatch):
    """Lets this process import ``deadly``, as executors can."""
    monkeypatch.syspath_prepend(str(HERE))


@pytest.fixture
def workers(cluster):
    """Two workers at the beginning of a test, whatever earlier ones killed."""
    cluster.fill()
    return cluster
