"""Records: documents to bytes and back, and damage that is noticed."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dupdetect.errors import IndexCorruptError, TextError
from dupdetect.index.records import pack, parse, unpack
from dupdetect.records import Document, Link

texts = st.text(st.characters(exclude_categories=["Cs"]))
maybe = st.none() | texts
links = st.builds(Link, st.integers(0, 99), st.integers(0, 99), texts, texts)
documents = st.builds(
    Document, id=texts, text=texts, url=maybe, title=maybe, language=maybe, published=maybe,
    links=st.lists(links, max_size=2).map(tuple),
)  # fmt: skip


@settings(deadline=None)
@given(documents)
def test_a_document_survives_the_way_there_and_back(document):
    assert unpack(document.id.encode(), pack(document)) == document


@settings(deadline=None)
@given(documents)
def test_without_its_text_only_what_is_known_of_it_is_kept(document):
    record = parse(document.id.encode(), pack(document, sketch=b"sketch", keep_text=False))
    known = record.document()
    assert record.sketch == b"sketch"
    assert not record.has_text
    assert (known.id, known.url, known.text, known.links) == (document.id, document.url, "", ())


@settings(deadline=None)
@given(documents, st.data())
def test_any_changed_byte_is_noticed(document, data):
    record = bytearray(pack(document))
    at = data.draw(st.integers(0, len(record) - 1))
    record[at] ^= data.draw(st.integers(1, 255))
    with pytest.raises(IndexCorruptError):
        unpack(document.id.encode(), bytes(record))


def test_cut_records_are_refused():
    record = pack(Document(id="a", text="b" * 100))
    for length in range(len(record)):
        with pytest.raises(IndexCorruptError):
            unpack(b"a", record[:length])


def test_a_record_belongs_to_its_document():
    with pytest.raises(IndexCorruptError, match="another document's"):
        unpack(b"b", pack(Document(id="a", text="b")))


def test_lone_surrogates_are_refused():
    with pytest.raises(TextError):
        pack(Document(id="a", text="\ud800"))


@pytest.mark.parametrize("wrong", [Link(0.0, 1, "a"), Link(0, True, "a"), Link(0, 1, None)])
def test_a_link_that_could_not_be_read_again_is_refused(wrong):
    with pytest.raises(TypeError, match="a link has two whole numbers"):
        pack(Document(id="a", text="b", links=(wrong,)))
