"""The handler in each worker process of the local engine.

What does the work is imported by the process that does it: the job's own needs none of it.
"""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path
from threading import Thread
from typing import TYPE_CHECKING, Any

from dupdetect.config import Config
from dupdetect.engines.base import ENTRY
from dupdetect.engines.lean import without_unused
from dupdetect.records import Document

if TYPE_CHECKING:
    from dupdetect.engines.sketching import Sketching
    from dupdetect.engines.verdicts import Judging

__all__ = ["ENTRY", "Handler", "prepare", "setup"]

#: Something to do for all that is loaded at its first use, in the languages of most corpora.
_SAMPLES = (
    ("fr", "Le conseil municipal a décidé mardi de construire un nouveau pont sur la rivière."),
    ("en", "On Tuesday the town council decided to build a new bridge across the river."),
)

_ADDRESS = "https://www.example.org/2024/05/bridge.html"


def prepare() -> None:
    """Loads what workers need, in the process that is to fork them."""
    without_unused()
    from dupdetect.text.language import detect_many
    from dupdetect.text.urls import domain

    def identify() -> None:
        with suppress(Exception):
            detect_many([text for _, text in _SAMPLES])
            domain(_ADDRESS)

    # A model to be unpacked does not need the interpreter, while all else is imported.
    model = Thread(target=identify)
    model.start()
    _use_scores()
    model.join()


def _use_scores() -> None:
    from dupdetect.engines import sketching, verdicts  # noqa: F401
    from dupdetect.quality import assess_many
    from dupdetect.quality.sketching import sketch_articles

    languages = [language for language, _ in _SAMPLES]
    texts = [f"{text}\n{text}\n" for _, text in _SAMPLES]
    documents = [Document(id=text, text=text, url=_ADDRESS) for text in texts]
    # What fails here will fail again in the workers, where it can be said.
    with suppress(Exception):
        assess_many(documents, config=Config(), languages=languages)
        sketch_articles(texts, Config())


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
                from dupdetect.engines.sketching import Sketching

                self._sketching = Sketching(self._config, self._folder)
            return self._sketching(head, body)
        if self._judging is None:
            from dupdetect.engines.verdicts import Judging

            self._judging = Judging(self._config, self._folder)
        return self._judging(head, body)

    def close(self) -> None:
        """Ends the extraction process."""
        if self._sketching is not None:
            self._sketching.close()
