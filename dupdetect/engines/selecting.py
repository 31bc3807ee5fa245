"""The records of a finished scan's inputs, found again by the ids that the scan gave them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from dupdetect import readers
from dupdetect.config import Config
from dupdetect.engines.tables import Numbering
from dupdetect.engines.workplace import Manifest, not_own
from dupdetect.errors import ExtractError, ScanError
from dupdetect.extract import Sandbox
from dupdetect.readers import SourceFile
from dupdetect.readers.base import OnSkip
from dupdetect.records import Document, Page, Skip


@dataclass(frozen=True, slots=True)
class Chosen:
    """A record: ``place`` in file number ``file`` (see readers.read_placed), its id in the scan."""

    file: int
    place: int
    id: str
    item: Page | Document


def inputs_of(run: Mapping[str, Any], out: Path) -> tuple[list[SourceFile], Config]:
    """The files and the settings of the scan into ``out`` that ``run`` (of run.json) tells of.

    Raises ScanError when the files are not what they were then.
    """
    config = Config.from_dict(run.get("config", {}))
    found = readers.expand([str(source) for source in run.get("inputs", [])], _ignore)
    files = not_own(found, out, _ignore)
    now = Manifest.of(config, files)
    then = Manifest(now.format, now.version, now.config_digest, tuple(run.get("files", now.files)))
    changes = now.differences(then)
    if changes:
        raise ScanError(f"the inputs are not those of the scan any more: {'; '.join(changes)}")
    return files, config


def chosen(
    files: Sequence[SourceFile],
    *,
    config: Config,
    keep: Collection[str],
    repeated: bool,
    on_skip: OnSkip,
) -> Iterator[Chosen]:
    """The records whose documents have the ids ``keep``, in the order of the input.

    ``repeated``: some ids occur more than once in the inputs; the scan told them apart by numbers,
    which are made again here.
    """
    names = _Names(files, config) if repeated else None
    found = 0
    try:
        for number, file in enumerate(files):
            for place, item in readers.read_placed(file, config=config, on_skip=on_skip):
                name = item.id if names is None else names.of(item)
                if name is not None and name in keep:
                    found += 1
                    yield Chosen(number, place, name, item)
                    if found == len(keep):
                        return
    finally:
        if names is not None:
            names.close()


class _Names:
    """Ids as the scan made them unique. Of several pages of one id those count that gave a
    document, so these are extracted again."""

    def __init__(self, files: Sequence[SourceFile], config: Config) -> None:
        uses: Counter[str] = Counter()
        for file in files:
            uses.update(item.id for item in readers.read_file(file, config=config, on_skip=_ignore))
        self._several = {id for id, count in uses.items() if count > 1}
        self._numbering = Numbering(uses)
        self._sandbox = Sandbox(config.extract)

    def of(self, item: Page | Document) -> str | None:
        """The id in the scan; None for a page without a document."""
        if item.id not in self._several:
            return item.id
        if isinstance(item, Page):
            try:
                self._sandbox.extract(item)
            except ExtractError:
                return None
        return self._numbering.name(item.id)

    def close(self) -> None:
        """Ends the extraction process."""
        self._sandbox.close()


def _ignore(skip: Skip) -> None:
    """The scan has told of it."""
