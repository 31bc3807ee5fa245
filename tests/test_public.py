"""The one door: public names load on first use, and importing the package loads nothing heavy."""

from __future__ import annotations

import importlib
import json
import subprocess
import sys

import pytest

import dupdetect

HEAVY = ("numba", "numpy", "pyarrow", "pandas", "sklearn", "lmdb", "trafilatura", "click")


def loaded_after(statements: str) -> set[str]:
    """Top-level modules and modules of dupdetect that a fresh interpreter holds afterwards."""
    code = f"import json, sys\n{statements}\nprint(json.dumps(sorted(sys.modules)))"
    result = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, timeout=600
    )
    names = json.loads(result.stdout.splitlines()[-1])
    return {name for name in names if "." not in name or name.startswith("dupdetect.")}


def test_importing_the_package_loads_nothing_else() -> None:
    loaded = loaded_after("import dupdetect; dupdetect.__version__; dir(dupdetect)")
    assert loaded.isdisjoint(HEAVY)
    ours = {name for name in loaded if name.startswith("dupdetect.")}
    assert ours == {"dupdetect._version"}


def test_records_config_and_errors_need_nothing_heavy() -> None:
    loaded = loaded_after("from dupdetect import Document, Config, DupdetectError, Match, Page")
    assert loaded.isdisjoint(HEAVY)
    assert "dupdetect.records" in loaded


def test_what_is_needed_is_loaded_when_it_is_used() -> None:
    loaded = loaded_after("import dupdetect; dupdetect.compare('a', 'b')")
    assert {"numpy", "pyarrow", "dupdetect.detector"} <= loaded
    assert loaded.isdisjoint({"sklearn", "click", "trafilatura", "pyspark", "scrapy"})


def test_all_names_are_sorted_unique_and_there() -> None:
    assert sorted(set(dupdetect.__all__)) == dupdetect.__all__
    assert dir(dupdetect) == dupdetect.__all__
    for name in dupdetect.__all__:
        assert getattr(dupdetect, name) is not None


@pytest.mark.parametrize("name", sorted(set(dupdetect.__all__) - {"__version__"}))
def test_a_public_name_is_the_one_of_its_home(name: str) -> None:
    home = importlib.import_module(f"dupdetect.{dupdetect._HOMES[name]}")
    assert getattr(dupdetect, name) is getattr(home, name)
    assert (getattr(dupdetect, name).__doc__ or "").strip()


def test_the_interface_is_public() -> None:
    promised = {"Config", "Detector", "Document", "Index", "Match", "Verdict", "compare", "scan"}
    assert promised | {"score", "Finding", "Scores", "Passage"} <= set(dupdetect.__all__)


def test_an_unknown_name_is_an_attribute_error() -> None:
    with pytest.raises(AttributeError, match="no attribute 'nothing'"):
        dupdetect.nothing  # noqa: B018
    assert not hasattr(dupdetect, "__wrapped__")


def test_the_version_is_the_packages() -> None:
    assert dupdetect.__version__ == importlib.import_module("dupdetect._version").__version__
    assert dupdetect.__version__[0].isdigit()
