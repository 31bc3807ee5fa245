"""Steps as plain functions: Spark tells the forms of ``applyInArrow`` apart by counting arguments,
and counts ``self`` as one."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any


def grouped(step: Callable[[Any], Any]) -> Callable[[Any], Any]:
    """For ``groupBy(...).applyInArrow``."""

    def run(table: Any) -> Any:
        return step(table)

    return run


def cogrouped(step: Callable[[Any, Any], Any]) -> Callable[[Any, Any], Any]:
    """For ``cogroup(...).applyInArrow``."""

    def run(one: Any, other: Any) -> Any:
        return step(one, other)

    return run
