"""gaoya: bulk insertion and bulk query on all cores. CORPUS OUT THRESHOLD -> pairs."""

import sys

import pyarrow.parquet as pq
from gaoya.minhash import MinHashStringIndex

BANDS, ROWS = {"0.5": (25, 5), "0.7": (14, 9)}[sys.argv[3]]
index = MinHashStringIndex(
    hash_size=32, jaccard_threshold=float(sys.argv[3]), num_bands=BANDS, band_size=ROWS,
    num_hashes=BANDS * ROWS, analyzer="word", lowercase=True, ngram_range=(3, 3),
)  # fmt: skip
table = pq.read_table(sys.argv[1], columns=["id", "text"])
texts = table["text"].to_pylist()
index.par_bulk_insert_docs(list(range(len(texts))), texts)
with open(sys.argv[2], "w") as file:
    for start in range(0, len(texts), 1000):
        found = index.par_bulk_query(texts[start : start + 1000])
        for number, others in enumerate(found, start):
            for other in others:
                if other < number:
                    file.write(f"{other}\t{number}\n")
