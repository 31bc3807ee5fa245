"""What is shown: bounded, balanced between kinds, the same for the same tables."""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from types import ModuleType

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dupdetect.errors import ScanError
from dupdetect.report import select, select_shown, summarize
from dupdetect.report.tables import ScanTables


@given(st.lists(st.floats(0, 1) | st.just(float("nan")), max_size=60), st.integers(1, 12))
def test_top_is_a_stable_sort_cut_short(values: list[float], count: int) -> None:
    array = np.array(values, dtype=np.float64)
    keys = [(-v if v == v else float("inf"), i) for i, v in enumerate(values)]
    expected = [i for _, i in sorted(keys)][:count]
    assert select.top(array, np.arange(len(array)), count).tolist() == expected


def test_every_kind_has_its_place_among_the_pairs(tmp_path: Path, scans: ModuleType) -> None:
    pairs = [scans.match(f"a{i}", f"b{i}", "exact", score=1.0) for i in range(500)]
    pairs += [scans.match(f"r{i}", f"s{i}", "rewrite", score=0.6) for i in range(3)]
    tables = ScanTables(scans.write_scan(tmp_path, {"matches": pairs}))
    chosen = select.top_pairs(tables)
    kinds = Counter(row["kind"] for row in tables.rows("matches", chosen))
    assert kinds == {"rewrite": 3, "exact": sum(select.PAIR_QUOTA.values()) - 3}
    assert tables.rows("matches", chosen)[0]["kind"] == "rewrite"


def test_no_document_fills_the_list(tmp_path: Path, scans: ModuleType) -> None:
    pairs = [scans.match("hub", f"copy-{i}", "near_duplicate") for i in range(30)]
    tables = ScanTables(scans.write_scan(tmp_path, {"matches": pairs}))
    assert len(select.top_pairs(tables)) == select.MAX_PER_DOCUMENT


def test_texts_are_asked_for_pairs_and_suspects_only(tmp_path: Path, scans: ModuleType) -> None:
    documents = [
        scans.document("clean"), scans.document("farm", content_farm=0.9),
        scans.document("a"), scans.document("b"),
    ]  # fmt: skip
    folder = scans.write_scan(
        tmp_path, {"documents": documents, "matches": [scans.match("a", "b")]}
    )
    assert select_shown(folder) == ["a", "b", "farm"]


def test_a_large_scan_asks_for_a_bounded_number_of_texts(tmp_path: Path, scans: ModuleType) -> None:
    names = [f"d{i}" for i in range(3000)]
    documents = [
        scans.document(name, content_farm=0.5 + i / 6000, seo_link=(i * 7 % 100) / 100)
        for i, name in enumerate(names)
    ]
    pairs = [
        scans.match(a, b, kind, score=0.9)
        for a, b, kind in zip(
            names, names[1:], ["rewrite", "partial", "exact"] * 1000, strict=False
        )
    ]
    folder = scans.write_scan(tmp_path, {"documents": documents, "matches": pairs})
    shown = select_shown(folder)
    assert 80 < len(shown) <= 200
    assert len(shown) == len(set(shown))
    assert shown == select_shown(folder)


def test_large_or_suspicious_clusters_come_first(tmp_path: Path, scans: ModuleType) -> None:
    documents = [scans.document(f"big{i}", cluster="big") for i in range(40)]
    documents += [scans.document(f"bad{i}", cluster="bad", content_farm=0.95) for i in range(2)]
    documents += [scans.document(f"dull{i}", cluster="dull") for i in range(3)]
    clusters = [
        {"cluster": name, "size": size, "representative": f"{name}0", "members": [], "kinds": []}
        for name, size in (("dull", 3), ("bad", 2), ("big", 40))
    ]
    tables = ScanTables(scans.write_scan(tmp_path, {"documents": documents, "clusters": clusters}))
    rows = tables.rows("clusters", select.top_clusters(tables))
    assert [row["cluster"] for row in rows] == ["big", "bad", "dull"]


def test_the_summary_counts_what_the_tables_hold(tmp_path: Path, scans: ModuleType) -> None:
    summary = summarize(scans.sample_scan(tmp_path), limit=5)
    assert summary.documents == 247
    assert summary.matches == sum(summary.matches_by_kind.values())
    assert summary.worst[0].id == "bornes-recharge"
    assert len(summary.worst) == 5
    assert "rewrite" in {pair.kind for pair in summary.pairs}
    assert len(summary.pairs) <= 6
    assert summary.report is None


def test_a_folder_that_is_no_scan_is_refused_by_name(tmp_path: Path, scans: ModuleType) -> None:
    with pytest.raises(ScanError, match=r"documents\.parquet"):
        select_shown(tmp_path)
    scans.write_scan(tmp_path, {})
    (tmp_path / "matches.parquet").write_bytes(b"not a table")
    with pytest.raises(ScanError, match=r"matches\.parquet"):
        select_shown(tmp_path)


def test_rows_are_given_in_the_order_asked(tmp_path: Path, scans: ModuleType) -> None:
    documents = [scans.document(f"d{i}") for i in range(1500)]
    tables = ScanTables(scans.write_scan(tmp_path, {"documents": documents}))
    rows = tables.rows("documents", [1400, 3, 700, 3], ["id"])
    assert [row["id"] for row in rows] == ["d1400", "d3", "d700", "d3"]
    assert tables.find("documents", "id", ["d700", "d1400", "absent"]).tolist() == [700, 1400]
