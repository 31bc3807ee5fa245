"""A Redis server of a measurement's own, that can be killed and halted."""

from __future__ import annotations

import random
import shutil
import signal
import socket
import subprocess
import time
from pathlib import Path


class RedisProcess:
    """On a free port, in a folder; writes down what it is told before it answers if ``durable``."""

    def __init__(self, folder: Path, *, durable: bool = False) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.port: int = probe.getsockname()[1]
        place = f"--port {self.port} --bind 127.0.0.1 --dir {folder} --logfile log --save".split()
        kept = ["--appendonly", "yes", "--appendfsync", "always"] if durable else []
        self._command = [shutil.which("redis-server") or "", *place, "", *kept]
        self.start()

    def start(self) -> None:
        """Starts it, with what it wrote down before, and waits until it answers."""
        import redis

        self._process = subprocess.Popen(self._command, stdout=subprocess.DEVNULL)
        with redis.Redis(port=self.port) as client:
            for _ in range(600):
                try:
                    client.ping()
                    return
                except redis.ConnectionError:
                    time.sleep(0.05)
        raise RuntimeError("redis-server does not start")

    def kill(self) -> None:
        """Ends it without warning."""
        self._process.kill()
        self._process.wait()

    def disturb(self, seconds: float) -> dict[str, int]:
        """Kills and restarts it, or lets it not answer for some seconds, again and again."""
        rng, counts = random.Random(3), {"restarts": 0, "halts": 0}
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            time.sleep(rng.uniform(1.0, 5.0))
            if rng.random() < 0.3:
                self._process.send_signal(signal.SIGSTOP)
                time.sleep(rng.uniform(1.0, 7.0))
                self._process.send_signal(signal.SIGCONT)
                counts["halts"] += 1
            else:
                self.kill()
                time.sleep(rng.uniform(0.0, 1.0))
                self.start()
                counts["restarts"] += 1
        return counts
