"""What ships with the package: tables and weights as ``.npz`` and ``.json``, never pickle."""

from __future__ import annotations

import json
from importlib import resources
from typing import TYPE_CHECKING, Any

from dupdetect.errors import ModelError

if TYPE_CHECKING:
    import numpy.typing as npt


def load_arrays(name: str) -> dict[str, npt.NDArray[Any]]:
    """The arrays of ``data/<name>`` by their names; ``name`` ends in ``.npz``.

    Raises ModelError when the file is absent or cannot be read.
    """
    import numpy as np  # not for `--version`

    try:
        with (
            (resources.files(__name__) / name).open("rb") as file,
            np.load(file, allow_pickle=False) as stored,
        ):
            return {key: stored[key] for key in stored.files}
    except (OSError, ValueError, KeyError) as error:
        raise ModelError(f"cannot read the shipped data {name}: {error}") from error


def load_json(name: str) -> dict[str, Any]:
    """The JSON object in ``data/<name>``; raises ModelError when absent or malformed."""
    try:
        stored = json.loads((resources.files(__name__) / name).read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise ModelError(f"cannot read the shipped data {name}: {error}") from error
    if not isinstance(stored, dict):
        raise ModelError(f"cannot read the shipped data {name}: not a JSON object")
    return stored
