"""Clusters: representatives, members that match them, bridges that merge nothing, domains."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dupdetect import cluster, schemas
from dupdetect.kernels.group import encode_pairs
from dupdetect.records import DIRECTIONS, MATCH_KINDS

SCORES = ("boilerplate", "machine_translation", "seo_link", "content_farm")


def matches(*rows):
    """Rows of (a, b), (a, b, score) or (a, b, score, kind, direction)."""
    full = [(*row, 0.9, "rewrite", "unknown")[:5] if len(row) == 2 else row for row in rows]
    full = [(*row, "rewrite", "unknown")[:5] if len(row) == 3 else row for row in full]
    return cluster.Matches(
        np.array([row[:2] for row in full], np.int64).reshape(-1, 2),
        np.array([MATCH_KINDS.index(row[3]) for row in full], np.uint8),
        np.array([row[2] for row in full], np.float32),
        np.zeros(len(full), np.float32),
        np.array([DIRECTIONS.index(row[4]) for row in full], np.uint8),
    )


def heads(found, n, published=None, artefacts=None, n_words=None):
    return cluster.heads(
        found,
        published=published or [None] * n,
        artefacts=np.zeros(n) if artefacts is None else np.array(artefacts),
        n_words=np.full(n, 100) if n_words is None else np.array(n_words),
    ).tolist()


def bridges(found, n, published=None):
    return np.flatnonzero(cluster.bridges(found, published=published or [None] * n)).tolist()


def test_documents_without_matches_stand_for_themselves():
    assert heads(matches(), 3) == [0, 1, 2]
    assert heads(matches(), 0) == []


def test_members_belong_to_the_strongest_that_they_match():
    assert heads(matches((0, 1), (0, 2), (1, 2)), 4) == [0, 0, 0, 3]


def test_a_bridge_does_not_merge_two_clusters():
    # 0-1-2 and 4-5-6 are two stories, 3 quotes both; by order 0 comes first.
    found = matches((0, 1), (0, 2), (4, 5), (4, 6), (0, 3, 0.6), (3, 4, 0.8))
    assert heads(found, 7) == [0, 0, 0, 4, 4, 4, 4]


def test_a_page_that_merges_two_stories_represents_neither():
    # 0 is the longest, without a date, and matches all of 1-2-3 and 4-5.
    stories = [(1, 2), (1, 3), (2, 3), (4, 5)]
    found = matches(*stories, *[(0, other, 0.95) for other in range(1, 6)])
    assert bridges(found, 6) == [0]
    assert heads(found, 6, n_words=[900, 100, 90, 80, 100, 90]) == [1, 1, 1, 1, 4, 4]


def test_a_page_that_touches_one_member_of_each_story_takes_none_away():
    # The best match of 1 and 4 is the page; their representatives 2 and 5 do not match it.
    stories = [(1, 2, 0.6), (2, 3, 0.6), (1, 3, 0.6), (4, 5, 0.6), (5, 6, 0.6), (4, 6, 0.6)]
    found = matches(*stories, (0, 1, 0.9), (0, 4, 0.9))
    # And 1, which has a group and the page around it, is none.
    assert bridges(found, 7) == [0]
    assert heads(found, 7, n_words=[99, 1, 50, 1, 1, 50, 1]) == [0, 2, 2, 2, 5, 5, 5]


def test_the_source_of_two_groups_is_no_bridge():
    rows = [(0, other) for other in range(1, 5)] + [(1, 2), (3, 4)]
    later = ["2020-01-01", *["2020-01-02"] * 4]
    assert bridges(matches(*rows), 5, later) == []
    assert heads(matches(*rows), 5, published=later) == [0] * 5
    for dates in (["2020-01-02"] * 5, ["2020-01-01", "2020-01-02", None, "2020-01-02", None]):
        assert bridges(matches(*rows), 5, dates) == [0]


def test_near_copies_of_a_document_are_one_group_though_not_compared():
    # Capped buckets compare a part of many copies only.
    rows = [(0, other) for other in range(1, 5)] + [(1, 2), (3, 4)]
    found = matches(*rows)
    alike = replace(found, jaccard=np.array([0.9] * 6, np.float32))
    assert bridges(found, 5) == [0]
    assert bridges(alike, 5) == []
    assert heads(alike, 5) == [0] * 5


def test_single_documents_around_one_are_its_copies():
    star = matches(*[(0, other) for other in range(1, 5001)])
    assert heads(star, 5001, n_words=[999, *[100] * 5000]) == [0] * 5001


@pytest.mark.parametrize("dated", [False, True])
def test_a_chain_ends_in_many_small_clusters(dated):
    n = 10_000
    chain = matches(*[(i, i + 1) for i in range(n - 1)])
    dates = [f"2020-01-{i % 28 + 1:02d}" for i in range(n)] if dated else None
    result = heads(chain, n, published=dates)
    assert np.bincount(result).max() <= 3
    assert all(abs(member - head) <= 1 for member, head in enumerate(result))
    # And it does not get longer by what is compared afterwards: two pairs a match at most.
    assert len(cluster.missing_pairs(chain, np.array(result), np.empty(0, np.uint64))) <= 2 * n


@pytest.mark.parametrize(
    ("known", "expected"),
    [
        ({"published": ["2020-01-03", "2020-01-02T10:00:00Z", "2020-01-04"]}, 1),
        ({"published": [None, "2021-01-01", None]}, 1),
        ({"artefacts": [0.8, 0.5, 0.1]}, 2),
        ({"n_words": [10, 30, 20]}, 1),
        ({"artefacts": [0.11, 0.12, 0.19], "n_words": [10, 10, 11]}, 2),
        ({}, 0),
    ],
)
def test_the_likeliest_source_represents(known, expected):
    found = matches((0, 1), (0, 2), (1, 2))
    assert heads(found, 3, **known) == [expected] * 3


def test_direction_says_who_is_the_source_where_dates_do_not():
    found = matches((0, 1, 0.9, "rewrite", "a_from_b"), (1, 2, 0.9, "rewrite", "b_from_a"), (0, 2))
    assert heads(found, 3) == [1, 1, 1]
    assert heads(found, 3, published=["2020-01-01", "2020-01-02", "2020-01-02"]) == [0, 0, 0]


pairs = st.sets(
    st.tuples(st.integers(0, 14), st.integers(0, 14)).filter(lambda p: p[0] < p[1]), max_size=40
)


def groups_of(linked, document):
    """The rule in plain Python: parts of what a document matches that count."""
    around = {a + b - document for a, b in linked if document in (a, b)}
    parts = [{neighbour} for neighbour in around]
    for a, b in linked:
        if {a, b} <= around:
            joined = [part for part in parts if a in part or b in part]
            parts = [part for part in parts if part not in joined] + [set().union(*joined)]
    alone = {x for x in around if sum(x in pair for pair in linked) == 1}
    several = [part for part in parts if len(part) > 1]
    return several or [part for part in parts if part - alone]


@settings(deadline=None)
@given(pairs)
def test_bridges_are_those_of_the_rule(linked):
    expected = [document for document in range(15) if len(groups_of(linked, document)) > 1]
    assert bridges(matches(*sorted(linked)), 15) == expected


@settings(deadline=None)
@given(pairs, st.lists(st.integers(0, 9), min_size=15, max_size=15), st.randoms())
def test_every_member_matches_its_representative_and_representatives_match_none(
    linked, scores, random
):
    rows = [(a, b, scores[a] / 10 + scores[b] / 100) for a, b in linked]
    result = heads(matches(*rows), 15)
    chosen, spanning = set(result), set(bridges(matches(*rows), 15))
    for member, head in enumerate(result):
        if member != head:
            assert (min(member, head), max(member, head)) in linked
            usable = {a + b - member: s for a, b, s in rows if member in (a, b)}
            usable = {other: s for other, s in usable.items() if other in chosen}
            sound = {other: s for other, s in usable.items() if other not in spanning}
            best = sound or usable
            assert head in best and best[head] == max(best.values())
        assert result[head] == head
    assert not any(result[a] == a and result[b] == b for a, b in linked)
    random.shuffle(rows)
    assert heads(matches(*rows), 15) == result


@settings(deadline=None)
@given(st.lists(st.integers(2, 6), min_size=2, max_size=4), st.randoms(), st.booleans())
def test_stories_that_one_page_joins_stay_apart(sizes, random, touches_all):
    numbers = list(range(sum(sizes) + 1))
    random.shuffle(numbers)
    page, stories = numbers[0], []
    for size in sizes:
        at = 1 + sum(map(len, stories))
        stories.append(numbers[at : at + size])
    linked = {(a, b) for story in stories for a in story for b in story if a < b}
    for story in stories:
        touched = story if touches_all else random.sample(story, 1)
        linked |= {(min(page, other), max(page, other)) for other in touched}
    rows = [(a, b, random.choice([0.6, 0.8, 0.9])) for a, b in sorted(linked)]
    words = [random.randint(10, 20) for _ in numbers]
    result = heads(matches(*rows), len(numbers), n_words=words)
    for story in stories:
        assert len({result[document] for document in story}) == 1
    assert len({result[document] for story in stories for document in story}) == len(stories)


def test_documents_near_a_member_are_compared_with_its_representative():
    found = matches((0, 1), (1, 2), (2, 3))
    result = np.array(heads(found, 4))
    assert result.tolist() == [0, 0, 2, 2]
    none = np.empty(0, np.uint64)
    assert cluster.missing_pairs(found, result, none).tolist() == [[0, 1], [0, 2], [1, 2], [2, 3]]
    known = encode_pairs(found.pairs[:, 0], found.pairs[:, 1])
    assert cluster.missing_pairs(found, result, known).tolist() == [[0, 2]]


@settings(deadline=None)
@given(pairs)
def test_missing_pairs_stay_linear_and_are_new(linked):
    found = matches(*sorted(linked))
    result = np.array(heads(found, 15))
    known = encode_pairs(found.pairs[:, 0], found.pairs[:, 1])
    missing = [tuple(pair) for pair in cluster.missing_pairs(found, result, known).tolist()]
    assert len(missing) <= 2 * len(linked)
    assert not set(missing) & linked


def test_clusters_name_members_and_kinds():
    found = matches(
        (0, 1, 0.9, "exact", "unknown"), (0, 3, 0.8, "rewrite", "unknown"),
        (1, 3, 0.7, "translation", "unknown"),
    )  # fmt: skip
    made = cluster.clusters(["a", "b", "c", "d"], np.array([0, 0, 2, 0]), found)
    assert len(made) == 1
    assert made[0].representative == "a"
    assert made[0].members == ("a", "b", "d")
    assert made[0].kinds == ("exact", "rewrite")
    assert made[0].id == cluster.cluster_id("a") != cluster.cluster_id("b")


def test_copies_follow_the_best_match_that_says_so():
    found = matches(
        (0, 1, 0.6, "rewrite", "b_from_a"), (1, 2, 0.8, "rewrite", "a_from_b"), (0, 3),
    )  # fmt: skip
    assert cluster.copies_of(found, 4).tolist() == [-1, 1, -1, -1]


def test_domains_count_copies_scores_and_whom_they_copy_from():
    found = matches(
        (0, 1), (0, 2), (0, 3), (4, 5, 0.9, "partial", "b_from_a"), (2, 3),
    )  # fmt: skip
    names = ["src.fr", "farm.com", "farm.com", "src.fr", "other.de", "farm.com", None, ""]
    scores = {name: np.array([0, 1, 0.5, 0, 0, 0, 1, 1], float) for name in SCORES}
    table = cluster.domains_table(
        names,
        heads=np.array([0, 0, 0, 0, 4, 5, 6, 7]),
        copy_match=cluster.copies_of(found, 8),
        matches=found,
        scores=scores,
    )
    assert table.schema.equals(schemas.DOMAINS)
    rows = {row["domain"]: row for row in table.to_pylist()}
    assert list(rows) == ["farm.com", "other.de", "src.fr"]
    farm = rows["farm.com"]
    assert (farm["documents"], farm["copies"], farm["content_farm"]) == (3, 1.0, 0.5)
    assert farm["sources"] == [
        {"domain": "src.fr", "documents": 2}, {"domain": "other.de", "documents": 1},
    ]  # fmt: skip
    assert (rows["src.fr"]["copies"], rows["src.fr"]["sources"]) == (0.5, [])


def test_no_domains_make_an_empty_table():
    table = cluster.domains_table(
        [], heads=np.empty(0, np.int64), copy_match=np.empty(0, np.int64), matches=matches(),
        scores={name: np.empty(0) for name in SCORES},
    )  # fmt: skip
    assert table.num_rows == 0
    assert table.schema.equals(schemas.DOMAINS)
