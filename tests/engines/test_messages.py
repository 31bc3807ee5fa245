"""Items on their way to a worker process."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dupdetect.engines.messages import decode_items, encode_items
from dupdetect.records import Document, Link, Page

texts = st.text(st.characters(exclude_categories=["Cs"]))
maybe = st.none() | texts
links = st.lists(st.builds(Link, st.integers(0, 9), st.integers(0, 9), texts, texts), max_size=2)
documents = st.builds(
    Document, id=texts, text=texts, url=maybe, title=maybe, language=maybe, published=maybe,
    links=links.map(tuple),
)  # fmt: skip
pages = st.builds(
    Page, id=texts, content=st.binary(), url=maybe, content_type=texts, charset=maybe,
    published=maybe, source=texts, record=maybe,
)  # fmt: skip


@settings(deadline=None)
@given(st.lists(documents | pages, max_size=5))
def test_items_arrive_as_they_were_sent(items):
    sources = [f"file {i}" for i in range(len(items))]
    arrived, named = decode_items(encode_items(items, sources))
    own = [item.source if isinstance(item, Page) else "" for item in items]
    assert named == [mine or source for mine, source in zip(own, sources, strict=True)]
    assert [_without_source(item) for item in arrived] == [_without_source(i) for i in items]


def _without_source(item):
    return replace(item, source="") if isinstance(item, Page) else item


def test_lone_surrogates_cannot_be_sent():
    with pytest.raises(UnicodeError):
        encode_items([Document(id="a", text="\ud800")], ["x"])
