"""Charts are drawn from the recorded results."""

from __future__ import annotations

import json
from pathlib import Path
from xml.etree import ElementTree

import pytest

from benchmarks import plots
from benchmarks.svg import Series, bars, lines

ROW = {"corpus": "planted", "documents": 100, "tool": "dupdetect", "documents_per_cpu_s": 50,
       "recall 0.3-0.5": 0.5, "recall 0.5-0.7": 1.0, "recall >= 0.3": 0.9}  # fmt: skip


def texts(chart: str) -> list[str]:
    return [item.text or "" for item in ElementTree.fromstring(chart).iter() if item.text]


def test_the_charts_show_the_recorded_figures() -> None:
    assert plots.main(["--check"]) == 0


def test_newest_lines_ours_first(tmp_path: Path) -> None:
    rows = [{**ROW, "tool": "other", "documents_per_cpu_s": 99}, ROW,
            {**ROW, "documents_per_cpu_s": 70}]  # fmt: skip
    (tmp_path / "peers.jsonl").write_text("\n".join(map(json.dumps, rows)))
    found = plots.newest_peers(tmp_path)["planted", 100]
    assert list(found) == ["dupdetect", "other"] and found["dupdetect"]["documents_per_cpu_s"] == 70
    assert "70 (100 documents)" in texts(plots.speed(tmp_path))
    assert "dupdetect" in texts(plots.recall(tmp_path))


def test_a_job_that_failed_is_no_point(tmp_path: Path) -> None:
    rows = [{"job": "copies", "documents": 10, "cpu_s": 1.0},
            {"job": "copies", "documents": 100, "failed": "time ran out"}]  # fmt: skip
    (tmp_path / "growth.jsonl").write_text("\n".join(map(json.dumps, rows)))
    assert [row["documents"] for row in plots.newest_growth(tmp_path)["copies"]] == [10]
    assert "near-duplicates" in texts(plots.growth(tmp_path))


def test_nothing_measured_is_still_a_chart(tmp_path: Path) -> None:
    for draw in plots.CHARTS.values():
        assert ElementTree.fromstring(draw(tmp_path)).tag.endswith("svg")


def test_names_are_escaped_and_points_stay_inside() -> None:
    chart = lines(
        "a < b", [Series("x & y", [(1, 1), (1000, 100)])], x_label="x", y_label="y",
        logarithmic=True,
    )  # fmt: skip
    assert "a < b" in texts(chart) and "x & y" in texts(chart)
    tree = ElementTree.fromstring(chart)
    _, _, width, height = map(float, tree.attrib["viewBox"].split())
    for circle in tree.iter("{http://www.w3.org/2000/svg}circle"):
        assert 0 < float(circle.attrib["cx"]) < width and 0 < float(circle.attrib["cy"]) < height


def test_bars_are_as_long_as_their_values() -> None:
    tree = ElementTree.fromstring(bars("t", [("a", 10, "10"), ("b", 5, "5")]))
    widths = [float(bar.attrib["width"]) for bar in tree.iter("{http://www.w3.org/2000/svg}rect")]
    assert widths[1:] == pytest.approx([420, 210])
