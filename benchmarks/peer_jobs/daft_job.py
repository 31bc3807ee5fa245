"""daft: minhash and bands as in its tutorial on deduplication. CORPUS OUT THRESHOLD -> pairs."""

import os
import sys

import daft
from daft import DataType, col

BANDS, ROWS = {"0.5": (25, 5), "0.7": (14, 9)}[sys.argv[3]]

frame = daft.read_parquet(sys.argv[1])
text = col("text").normalize(remove_punct=True, lowercase=True, nfd_unicode=True, white_space=True)
frame = frame.select(
    col("id").cast(DataType.int64()),
    text.minhash(num_hashes=128, ngram_size=3, seed=1, hash_function="xxhash").alias("hashes"),
)
numbers = daft.lit(list(range(BANDS))).cast(DataType.list(DataType.uint8()))
frame = frame.select(
    col("id"), col("hashes").cast(DataType.list(DataType.uint32())).slice(0, BANDS * ROWS)
    .chunk(ROWS).alias("band"), numbers.alias("number"),
).explode("band", "number")  # fmt: skip
frame = frame.groupby("number", "band").agg(col("id").list_agg().alias("members"))
frame = frame.where(col("members").length() > 1).select(
    col("members").list_min().alias("first"), col("members")
)
frame = frame.explode("members").where(col("first") != col("members")).distinct()
found = frame.to_pydict()
with open(sys.argv[2], "w") as file:
    for a, b in zip(found["first"], found["members"], strict=True):
        file.write(f"{a}\t{b}\n")
# Its threads may crash while the interpreter shuts down; the result is there.
os._exit(0)
