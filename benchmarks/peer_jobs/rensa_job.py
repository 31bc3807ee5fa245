"""rensa: batch signatures of full sets, its LSH. CORPUS OUT THRESHOLD -> pairs."""

import re
import sys

import pyarrow.parquet as pq
from rensa import RMinHash, RMinHashLSH

WORD = re.compile(r"\w+")
BANDS = {"0.5": 32, "0.7": 16}[sys.argv[3]]
lsh = RMinHashLSH(threshold=float(sys.argv[3]), num_perm=128, num_bands=BANDS)
number = 0
with open(sys.argv[2], "w") as file:
    for batch in pq.ParquetFile(sys.argv[1]).iter_batches(1000, columns=["text"]):
        tokens = [WORD.findall(text.lower()) for text in batch.column("text").to_pylist()]
        sets = [[" ".join(words[i : i + 3]) for i in range(len(words) - 2)] for words in tokens]
        made = RMinHash.from_token_sets(sets, num_perm=128, seed=42)
        for minhash in made:
            for other in lsh.query(minhash):
                file.write(f"{other}\t{number}\n")
            lsh.insert(number, minhash)
            number += 1
