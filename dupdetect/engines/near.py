"""Near-duplicates alone: no scores, no rewrites, no clusters.

The first texts are read while the kernels load.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory

import pyarrow as pa

from dupdetect.config import Config
from dupdetect.engines.near_sources import ahead, read_texts
from dupdetect.errors import ConfigError
from dupdetect.records import Skip

#: Below this the overlapping bands miss more than a twentieth of the pairs.
LEAST_THRESHOLD = 0.3


def near_duplicates(
    sources: Sequence[str | Path],
    *,
    out: str | Path | None = None,
    threshold: float = 0.5,
    config: Config | None = None,
    workers: int | None = None,
    on_skip: Callable[[Skip], None] | None = None,
) -> pa.Table:
    """Pairs of documents whose sets of word shingles have a Jaccard of ``threshold`` or more.

    A table of ``schemas.NEAR_DUPLICATES``, by input order; also written to ``out`` (Parquet) if
    given. Every pair is verified; 99 % of those at 0.3 and all but a few at 0.5 are found, of a
    bucket of more than ``config.shingle.max_bucket`` documents as many as connect it. Documents of
    fewer than ``config.shingle.min_tokens`` words have none. ``workers`` threads; input that cannot
    be used is told to ``on_skip``, from any thread, one at a time. Raises ConfigError for a
    threshold outside 0.3..1, ScanError when ``out`` cannot be written.
    """
    if not LEAST_THRESHOLD <= threshold <= 1.0:
        raise ConfigError(f"a threshold of {threshold} is outside {LEAST_THRESHOLD}..1")
    config = config or Config()
    threads = max(1, workers or len(os.sched_getaffinity(0)))
    texts = read_texts(sources, config=config, on_skip=on_skip or (lambda skip: None))
    with (
        TemporaryDirectory(prefix=".near-", dir=Path(out).parent if out else None) as folder,
        ahead(texts) as coming,
    ):
        from dupdetect.engines.near_pairs import find_pairs

        table = find_pairs(
            coming, Path(folder), threshold=threshold, config=config, threads=threads
        )
    if out is not None:
        from dupdetect.writers import write_table

        write_table(out, table)
    return table
