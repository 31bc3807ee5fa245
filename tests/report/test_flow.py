"""The drawing of who copies whom: bounded, inside its frame, true to the counts."""

from __future__ import annotations

import itertools
import re
from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dupdetect.report import flow

name = st.sampled_from([f"d{i}.example" for i in range(60)])
edges = st.lists(st.tuples(name, name, st.integers(0, 10_000)), max_size=200)
frames = st.sampled_from([flow.WIDE, flow.NARROW])


@given(edges, frames)
def test_a_flow_is_bounded_and_keeps_the_strongest_link(
    triples: list[tuple[str, str, int]], frame: flow.Frame
) -> None:
    drawn = flow.flow(triples, frame)
    if drawn is None:
        assert all(count <= 0 for _, _, count in triples)
        return
    assert len(drawn.sources) <= flow.MAX_NODES and len(drawn.targets) <= flow.MAX_NODES
    assert 0 < len(drawn.edges) <= flow.MAX_EDGES
    assert max(edge.count for edge in drawn.edges) >= max(count for *_, count in triples)
    assert len({(edge.source, edge.target) for edge in drawn.edges}) == len(drawn.edges)
    for node in (*drawn.sources, *drawn.targets):
        assert node.y - node.height / 2 >= 0 and node.y + node.height / 2 <= drawn.height
        assert 0 <= node.x <= drawn.width and 0 <= node.text_x <= drawn.width


@given(edges)
def test_links_and_nodes_count_every_document(triples: list[tuple[str, str, int]]) -> None:
    links = flow.merged(triples)
    assert sum(count for *_, count in links) == sum(count for *_, count in triples)
    assert [count for *_, count in links] == sorted((c for *_, c in links), reverse=True)
    drawn = flow.flow(triples)
    if drawn is None:
        return
    out: Counter[str] = Counter()
    for source, _, count in triples:
        out[source] += count
    assert {node.label: node.count for node in drawn.sources} == {
        node.label: out[node.label] for node in drawn.sources
    }
    whole = sum(out.values())
    assert drawn.share == pytest.approx(sum(edge.count for edge in drawn.edges) / whole)
    assert (drawn.hidden == 0) == (drawn.share == 1.0)


@given(edges)
def test_rows_of_a_side_do_not_overlap(triples: list[tuple[str, str, int]]) -> None:
    drawn = flow.flow(triples)
    for side in (drawn.sources, drawn.targets) if drawn else ():
        for above, below in itertools.pairwise(side):
            assert above.y + above.height / 2 < below.y - below.height / 2


def test_thickness_follows_the_count_and_arrows_end_at_the_copier() -> None:
    drawn = flow.flow([("a", "x", 40), ("b", "x", 10)])
    assert drawn is not None
    thick, thin = drawn.edges
    assert thick.width == 4 * thin.width
    assert drawn.targets[0].x > float(re.split("[ ,]", thick.tip)[2]) > drawn.sources[0].x
    assert [node.colour for node in drawn.sources] == [1, 2]
    assert [edge.colour for edge in drawn.edges] == [1, 2]
