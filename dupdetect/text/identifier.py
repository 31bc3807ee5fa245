"""The model of py3langid (Lui & Baldwin 2012) with its ISO 639-1 labels, in compiled form.

The same scores up to the rounding of sums, in a tenth of the time: the walk over the bytes and the
sum of log-probabilities are one kernel. To unpack the model takes 0.5 s: its 65 MB are kept in the
user's cache (:mod:`dupdetect.data.prepared`) and mapped.
"""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from dupdetect.data.prepared import Arrays, prepared
from dupdetect.kernels.visits import class_scores

#: The model's own label for "no linguistic content".
NO_LANGUAGE = "zxx"
#: Logarithms of probabilities are integers of this unit: the model's half floats are multiples of
#: it (checked when it is loaded), and those down to -16 fit into 16 bits.
_UNIT = 1 / 2048
#: What the compiled form needs to find in py3langid; else its own code runs.
_NEEDED = {"tk_nextmove", "_rowbase", "tk_output", "nb_ptc", "nb_pc", "_alias_pairs"}


_Arrays = tuple[
    NDArray[np.uint32], NDArray[np.int32], NDArray[np.int32], NDArray[np.int16], float,
    NDArray[np.float32],
]  # fmt: skip


class Identifier(Protocol):
    """Tells languages of samples of text."""

    def best(self, text: str) -> str:
        """The likeliest language."""

    def ranked(self, text: str) -> list[str]:
        """All languages, the likeliest first."""


def load_identifier() -> Identifier:
    """The model, compiled where its parts are as expected."""
    plain: list[Any] = []

    def make() -> Arrays | None:
        model = _library()
        plain.append(model)
        parts = set(getattr(type(model), "__slots__", ()))
        compiled = _Compiled.of(model) if parts >= _NEEDED else None
        return None if compiled is None else compiled.to_arrays()

    arrays = prepared("language", _files(), make)
    return _Plain(plain[0]) if arrays is None else _Compiled.from_arrays(arrays)


def _files() -> list[Path]:
    """The library's code and model, found without importing it."""
    spec = find_spec("py3langid")
    if spec is None or spec.origin is None:
        raise ImportError("py3langid is not installed")
    folder = Path(spec.origin).parent
    return [folder / "langid.py", *sorted((folder / "data").iterdir())]


def _library() -> Any:
    from py3langid.langid import MODEL_FILE, LanguageIdentifier

    model = LanguageIdentifier.from_model_file(MODEL_FILE)
    # py3langid 0.3 calls the list nb_classes, 0.4 also labels.
    labels = [label for label in model.nb_classes if len(label) == 2]
    model.set_languages([*dict.fromkeys(labels), NO_LANGUAGE])
    return model


@dataclass(frozen=True, slots=True)
class _Plain:
    """py3langid as it is."""

    model: Any

    def best(self, text: str) -> str:
        return str(self.model.classify(text)[0])

    def ranked(self, text: str) -> list[str]:
        return [str(code) for code, _ in self.model.rank(text)]


@dataclass(frozen=True, slots=True)
class _Compiled:
    """The arrays of the model: see :func:`dupdetect.kernels.visits.class_scores`.

    ``labels``: of the classes; ``aliases``: classes of the same label, of which the better counts.
    """

    arrays: _Arrays
    labels: tuple[str, ...]
    aliases: tuple[tuple[int, int], ...]

    @classmethod
    def of(cls, model: Any) -> _Compiled | None:
        """The compiled form of a model; None where it would not have the same scores."""
        table = np.asarray(model.nb_ptc)
        steps = np.empty(table.shape, np.int16)
        for begin in range(0, len(table), 1 << 12):  # the whole in float32 would take 47 MB
            part = table[begin : begin + (1 << 12)].astype(np.float32) / np.float32(_UNIT)
            if (part != np.rint(part)).any() or np.abs(part).max(initial=0) > 1 << 15:
                return None
            steps[begin : begin + (1 << 12)] = part
        moves = np.array(model.tk_nextmove, np.uint32)
        rows = np.array(model._rowbase, np.int32)
        output = np.array(model.tk_output, np.int32)
        prior = np.array(model.nb_pc, np.float32)
        aliases = tuple((int(i), int(j)) for i, j in model._alias_pairs)
        return cls(
            (moves, rows, output, steps, _UNIT, prior), tuple(map(str, model.nb_classes)), aliases
        )

    def to_arrays(self) -> Arrays:
        """All of it as arrays; :meth:`from_arrays` makes the model again."""
        moves, rows, output, steps, _, prior = self.arrays
        labels = np.frombuffer("\n".join(self.labels).encode(), np.uint8)
        aliases = np.array(self.aliases, np.int64).reshape(-1, 2)
        return {
            "moves": moves, "rows": rows, "output": output, "steps": steps, "prior": prior,
            "labels": labels, "aliases": aliases,
        }  # fmt: skip

    @classmethod
    def from_arrays(cls, arrays: Arrays) -> _Compiled:
        """The model that :meth:`to_arrays` took apart."""
        moves, rows, output, steps, prior = (
            arrays[name] for name in ("moves", "rows", "output", "steps", "prior")
        )
        return cls(
            (moves, rows, output, steps, _UNIT, prior),
            tuple(arrays["labels"].tobytes().decode().split("\n")),
            tuple((first, second) for first, second in arrays["aliases"].tolist()),
        )

    def best(self, text: str) -> str:
        return self.labels[int(self._scores(text).argmax())]

    def ranked(self, text: str) -> list[str]:
        order = np.argsort(-self._scores(text), kind="stable")
        return list(dict.fromkeys(self.labels[place] for place in order.tolist()))

    def _scores(self, text: str) -> NDArray[np.float32]:
        # As py3langid prepares texts.
        lowered = text.lower() if text.isupper() else text
        data = unicodedata.normalize("NFC", lowered).encode("utf-8", "surrogatepass")
        scores: NDArray[np.float32] = class_scores(*self.arrays, np.frombuffer(data, np.uint8))
        if not len(scores):
            return np.zeros(len(self.labels), np.float32)
        for first, second in self.aliases:
            scores[first] = max(scores[first], scores[second])
            scores[second] = -np.inf
        return scores
