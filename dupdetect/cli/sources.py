"""Documents of the sources that a user names: URLs, files, standard input."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import groupby

from dupdetect.config import Config
from dupdetect.errors import DupdetectError, FetchError, InputError
from dupdetect.records import Document, Page, Skip


class SourceError(DupdetectError):
    """A source that should give one document gives none or several."""


def is_url(source: str) -> bool:
    """Whether a source is fetched rather than opened."""
    return source.lower().startswith(("http://", "https://"))


def documents(
    sources: Sequence[str], *, config: Config, on_skip: Callable[[Skip], None]
) -> Iterator[Document]:
    """Documents in the order of the sources; what cannot be used is told to ``on_skip``."""
    from dupdetect.extract import extract_all

    items = _items(sources, config, on_skip)
    return extract_all(items, config=config.extract, on_skip=on_skip)


def single(source: str, *, config: Config) -> Document:
    """The one document of a source; raises SourceError or InputError otherwise."""
    skips: list[Skip] = []
    found = []
    for document in documents([source], config=config, on_skip=skips.append):
        found.append(document)
        if len(found) > 1:
            raise SourceError(f"{source}: holds several documents; one is needed")
    if found:
        return found[0]
    if skips:
        first = skips[0]
        raise InputError(
            first.message, source=first.source, record=first.record, reason=first.reason
        )
    raise SourceError(f"{source}: holds no document")


def _items(
    sources: Sequence[str], config: Config, on_skip: Callable[[Skip], None]
) -> Iterator[Page | Document]:
    from dupdetect.readers import read

    # Files that stand together are read together, so that a file named twice is read once.
    for urls, group in groupby(sources, key=is_url):
        if urls:
            yield from _fetched(group, config, on_skip)
        else:
            yield from read(list(group), config=config, on_skip=on_skip)


def _fetched(
    urls: Iterable[str], config: Config, on_skip: Callable[[Skip], None]
) -> Iterator[Page]:
    from dupdetect.fetch import fetch

    for url in urls:
        try:
            yield fetch(url, config=config.fetch)
        except FetchError as error:
            on_skip(Skip(error.source or url, error.record, error.reason, error.message))
