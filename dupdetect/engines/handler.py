"""The handler in each worker process of the local engine."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from dupdetect.config import Config
from dupdetect.engines.judging import Judging
from dupdetect.engines.sketching import Sketching

#: What worker processes call (see :mod:`dupdetect.engines.worker`).
ENTRY = "dupdetect.engines.handler:Handler"


def setup(config: Config, folder: Path) -> dict[str, Any]:
    """What a handler is made of."""
    return {"config": config.to_dict(), "folder": str(folder)}


class Handler:
    """Does batches (``"do": "sketch"``), and blocks of pairs once all batches are done."""

    def __init__(self, setup: dict[str, Any]) -> None:
        self._config = Config.from_dict(setup["config"])
        self._folder = Path(setup["folder"])
        self._sketching: Sketching | None = None
        self._judging: Judging | None = None

    def __call__(self, head: dict[str, Any], body: bytes) -> dict[str, Any]:
        """Does one task."""
        if head["do"] == "sketch":
            if self._sketching is None:
                self._sketching = Sketching(self._config, self._folder)
            return self._sketching(head, body)
        if self._judging is None:
            self._judging = Judging(self._config, self._folder)
        return self._judging(head, body)

    def close(self) -> None:
        """Ends the extraction process."""
        if self._sketching is not None:
            self._sketching.close()
