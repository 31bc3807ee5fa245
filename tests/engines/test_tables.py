"""Ids of documents; the tables themselves are tested through the scan."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from dupdetect.engines.tables import unique_ids


def test_later_documents_of_an_id_are_numbered():
    ids, repeated = unique_ids(["a", "b", "a", "a", "a~2", "b"])
    assert ids == ["a", "b", "a~3", "a~4", "a~2", "b~2"]
    assert repeated == 3


@settings(deadline=None)
@given(st.lists(st.sampled_from(["a", "b", "a~2", "a~3", "a~2~2", ""])))
def test_ids_are_unique_and_begin_with_their_own(given_ids):
    ids, repeated = unique_ids(given_ids)
    assert len(set(ids)) == len(given_ids)
    assert all(new.startswith(old) for new, old in zip(ids, given_ids, strict=True))
    assert repeated == len(given_ids) - len(set(given_ids))
    assert unique_ids(ids) == (ids, 0)
