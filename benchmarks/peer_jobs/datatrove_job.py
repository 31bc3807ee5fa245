"""datatrove: its first two steps of minhash deduplication, 2 processes. CORPUS OUT THRESHOLD."""

import sys
import tempfile
from pathlib import Path

import numpy as np
from datatrove.executor import LocalPipelineExecutor
from datatrove.pipeline.dedup.minhash import (
    MinhashConfig,
    MinhashDedupBuckets,
    MinhashDedupSignature,
)
from datatrove.pipeline.readers import ParquetReader
from datatrove.utils.hashing import HashConfig

BANDS, ROWS = {"0.5": (25, 5), "0.7": (14, 9)}[sys.argv[3]]

if __name__ == "__main__":
    import pyarrow.parquet as pq

    with tempfile.TemporaryDirectory() as folder:
        # One file for each process: it shards by files.
        table = pq.read_table(sys.argv[1])
        half = (len(table) + 1) // 2
        Path(folder, "in").mkdir()
        for part in range(2):
            pq.write_table(table.slice(part * half, half), f"{folder}/in/{part}.parquet")
        config = MinhashConfig(
            n_grams=3, num_buckets=BANDS, hashes_per_bucket=ROWS,
            hash_config=HashConfig(precision=32, hash_fc="xxhash"),
        )  # fmt: skip
        sign = LocalPipelineExecutor(
            pipeline=[
                ParquetReader(f"{folder}/in"),
                MinhashDedupSignature(f"{folder}/signatures", config=config),
            ],
            tasks=2, workers=2, logging_dir=f"{folder}/log1",
        )  # fmt: skip
        pair = LocalPipelineExecutor(
            pipeline=[
                MinhashDedupBuckets(f"{folder}/signatures", f"{folder}/pairs", config=config)
            ],
            tasks=BANDS, workers=2, logging_dir=f"{folder}/log2", depends=sign,
        )  # fmt: skip
        pair.run()
        with open(sys.argv[2], "w") as file:
            seen = set()
            for path in Path(folder, "pairs").glob("*.dups"):
                for f1, d1, f2, d2 in np.fromfile(path, "<u4").reshape(-1, 4).tolist():
                    seen.add((f1 * half + d1, f2 * half + d2))
            for a, b in sorted(seen):
                file.write(f"{a}\t{b}\n")
