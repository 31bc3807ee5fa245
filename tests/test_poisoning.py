"""Settings, weights, indexes and documents of strangers are data: they run nothing, name no file of
ours and do not make the index explode."""

from __future__ import annotations

import ast
import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from dupdetect.config import Config
from dupdetect.errors import ConfigError, ModelError
from dupdetect.quality.model import load_model

#: Modules that run code of their input, or make it easy.
_FORBIDDEN = {
    "pickle", "cPickle", "_pickle", "dill", "cloudpickle", "joblib", "shelve", "marshal",
    "jsonpickle", "copyreg", "imp", "code", "pty", "xmlrpc", "yaml", "torch",
}  # fmt: skip
_CALLS = {"eval", "exec", "compile", "__import__"}


def modules(repository: Path) -> Iterator[tuple[Path, ast.Module]]:
    for path in sorted((repository / "dupdetect").rglob("*.py")):
        yield path, ast.parse(path.read_text(encoding="utf-8"))


# No pickle, no code


def test_no_module_imports_what_runs_code_of_its_input(repository: Path) -> None:
    found = []
    for path, tree in modules(repository):
        for node in ast.walk(tree):
            names = [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
            names += [node.module or ""] if isinstance(node, ast.ImportFrom) else []
            found += [f"{path.name}:{n}" for n in names if n.split(".")[0] in _FORBIDDEN]
    assert found == []


def test_no_module_evaluates_text_nor_loads_arrays_of_objects(repository: Path) -> None:
    found = []
    for path, tree in modules(repository):
        for node in ast.walk(tree):
            if not isinstance(node, ast.Call):
                continue
            function = ast.unparse(node.func)
            options = {word.arg: ast.unparse(word.value) for word in node.keywords}
            refused = options.get("allow_pickle") == "False"
            if function in _CALLS or (function in ("np.load", "numpy.load") and not refused):
                found.append(f"{path.name}:{node.lineno} {function}")
            if function == "os.system" or options.get("shell") == "True":
                found.append(f"{path.name}:{node.lineno} {function}")
            if function.endswith((".read_pickle", ".to_pickle", ".recv")) and not node.args:
                found.append(f"{path.name}:{node.lineno} {function}")
    assert found == []


_WATCHED = """
import json, sys, traceback
found = set()

def watch(event, arguments):
    if event == "pickle.find_class":
        frames = [frame.filename for frame in traceback.extract_stack()]
        # Numba keeps compiled kernels beside the package as pickles: who can write there
        # can write the package itself.
        if not any("numba" in name for name in frames):
            found.add(" ".join(map(str, arguments)))

sys.addaudithook(watch)
import dupdetect
out, text = sys.argv[1], "Der Rat der Stadt hat am Dienstag den Haushalt beschlossen. " * 9
with dupdetect.Index.open(out + "/index") as index:
    index.add(dupdetect.Document(id="a", text=text))
with dupdetect.Index.open(out + "/index") as index:
    assert index.query(dupdetect.Document(id="b", text=text))
dupdetect.score(text)
open(out + "/texts.jsonl", "w").write(json.dumps({"text": text}) + "\\n")
dupdetect.scan([out + "/texts.jsonl"], out=out + "/scan", workers=1)
print(json.dumps(sorted(found)))
"""


def test_nothing_is_unpickled_on_the_way_from_input_to_verdict(
    tmp_path: Path, repository: Path
) -> None:
    done = subprocess.run(
        [sys.executable, "-c", _WATCHED, str(tmp_path)], capture_output=True, text=True,
        check=False, env={**os.environ, "PYTHONPATH": str(repository)},
    )  # fmt: skip
    assert done.returncode == 0, done.stderr[-2000:]
    assert json.loads(done.stdout.splitlines()[-1]) == []


class Evil:
    """Makes a file when it is unpickled."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def __reduce__(self) -> object:
        return (Path.touch, (self.path,))


def test_weights_that_hold_objects_are_refused_and_run_nothing(tmp_path: Path) -> None:
    mark, file = tmp_path / "mark", tmp_path / "evil.npz"
    np.savez(file, version=np.array([Evil(mark)], object), kind=np.array("trees"))
    with pytest.raises(ModelError):
        load_model(file)
    (tmp_path / "evil.npy").write_bytes(b"\x80\x04cos\nsystem\n(S'touch mark'\ntR.")
    with pytest.raises(ModelError):
        load_model(tmp_path / "evil.npy")
    assert not mark.exists()


def test_settings_are_values_only() -> None:
    for text in ("[extract]\nextractor = '__import__(\"os\")'", "[columns]\nid = {a = 1}", "a = 1"):
        with pytest.raises(ConfigError):
            Config.from_toml(text)
