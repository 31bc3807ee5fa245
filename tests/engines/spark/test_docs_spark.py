"""docs/spark.md: its Python compiles, and the names it uses are there."""

from __future__ import annotations

import ast
import importlib
import re

import pytest


def test_the_examples_import_what_there_is(repository):
    pytest.importorskip("pyspark")
    text = (repository / "docs" / "spark.md").read_text(encoding="utf-8")
    blocks = re.findall(r"```python\n(.*?)```", text, re.DOTALL)
    assert len(blocks) == 2
    for block in blocks:
        for node in ast.walk(ast.parse(block)):
            if isinstance(node, ast.ImportFrom):
                module = importlib.import_module(node.module)
                assert all(hasattr(module, alias.name) for alias in node.names)


def test_the_stages_named_are_there(repository):
    pytest.importorskip("pyspark")
    from dupdetect.engines import spark

    text = (repository / "docs" / "spark.md").read_text(encoding="utf-8")
    named = set(re.findall(r"`stages\.(\w+)", text))
    assert len(named) >= 6
    assert all(hasattr(spark.Stages, name) for name in named)
    assert set(spark.__all__) == {name for name in spark.__all__ if hasattr(spark, name)}


def test_figures_of_the_text_are_those_of_the_code(repository):
    pytest.importorskip("pyspark")
    from dupdetect.engines.base import MAX_SKIPS
    from dupdetect.engines.batches import BATCH
    from dupdetect.engines.spark import grouping, pairing
    from dupdetect.engines.spark.scan import WORK

    text = (repository / "docs" / "spark.md").read_text(encoding="utf-8")
    assert f"batches of {BATCH} documents" in text
    assert f"up to {pairing.PAIRS_PER_CELL:,} pairs" in text
    assert f"first {MAX_SKIPS:,} skips" in text
    assert grouping.ONE_TASK == 2_000_000 and "two million matches" in text
    assert f"`{WORK}`" in text
