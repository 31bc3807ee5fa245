"""datasketch: its own example with the newer, faster scheme. CORPUS OUT THRESHOLD -> pairs."""

import re
import sys

import pyarrow.parquet as pq
import xxhash
from datasketch import MinHash, MinHashLSH

WORD = re.compile(r"\w+")
lsh = MinHashLSH(threshold=float(sys.argv[3]), num_perm=128)
with open(sys.argv[2], "w") as file:
    for batch in pq.ParquetFile(sys.argv[1]).iter_batches(1000, columns=["id", "text"]):
        tokens = [WORD.findall(text.lower()) for text in batch.column("text").to_pylist()]
        shingles = (
            [" ".join(words[i : i + 3]).encode() for i in range(len(words) - 2)] for words in tokens
        )
        made = MinHash.bulk(
            shingles, num_perm=128, hashfunc=xxhash.xxh32_intdigest, scheme="affine32"
        )
        for name, minhash in zip(batch.column("id").to_pylist(), made, strict=True):
            for other in lsh.query(minhash):
                file.write(f"{other}\t{name}\n")
            lsh.insert(name, minhash, check_duplication=False)
