"""text-dedup: its command, then the clusters it keeps in memory. CORPUS OUT THRESHOLD -> pairs."""

import sys
import tempfile

if __name__ == "__main__":
    from text_dedup import minhash

    with tempfile.TemporaryDirectory() as folder:
        minhash.main(
            [
                "--path", "parquet", "--data_files", sys.argv[1], "--split", "train",
                "--cache_dir", f"{folder}/cache", "--output", f"{folder}/out", "--column", "text",
                "--ngram", "3", "--num_perm", "128", "--threshold", sys.argv[3],
                "--hash_func", "xxh3", "--num_proc", "2",
            ],
            standalone_mode=False,
        )  # fmt: skip
    with open(sys.argv[2], "w") as file:
        for number in minhash.uf.parent:
            first = minhash.uf.find(number)
            if first != number:
                file.write(f"{first}\t{number}\n")
