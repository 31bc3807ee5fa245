"""Whether an embedded index is whole: everything is read and compared."""

from __future__ import annotations

from itertools import islice

from dupdetect.errors import IndexCorruptError
from dupdetect.index.stores.snapshot import Snapshot

#: Problems after which reading stops.
_MOST = 100
#: Documents looked up at a time.
_CHUNK = 1024


def problems_of(snapshot: Snapshot) -> list[str]:
    """What is wrong with an index; empty when nothing is."""
    problems = [problem for segment in snapshot.segments for problem in segment.check()]
    documents = bands = anchors = 0
    living = iter(snapshot)
    try:
        while chunk := list(islice(living, _CHUNK)):
            found = snapshot.find([stored.key for _, stored in chunk])
            for (number, stored), other in zip(chunk, found, strict=True):
                documents += 1
                bands += stored.bands
                anchors += stored.anchors
                if other != number:
                    name = stored.key.decode(errors="replace")
                    problems.append(f"document {name}: its id does not lead to it")
            if len(problems) > _MOST:
                return [*problems[:_MOST], "more problems follow"]
    except IndexCorruptError as error:
        return [*problems, str(error)]
    counted = {"documents": documents, "bands": bands, "anchors": anchors}
    problems += [
        f"{count} {name} instead of {getattr(snapshot.state, name)}"
        for name, count in counted.items()
        if count != getattr(snapshot.state, name)
    ]
    return problems
