"""The answers over the sample corpus as digests: ``python -m tests.golden`` writes them anew.

Each column of each table is hashed in the order of its rows. Floats count with four decimals, as
JSON shows them, since the last bits may differ with the processor's instructions; all else counts
as it is. With ``--check`` nothing is written; exit code 1 when an answer differs. Answers that
differ under the same version are not written: raise ``dupdetect/_version.py`` first, or say
``--unreleased`` while nobody has that version.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import platform
import sys
import tempfile
from importlib import metadata
from pathlib import Path
from typing import Any

FOLDER = Path(__file__).parent
GOLDEN = FOLDER / "sample.json"
SAMPLE = FOLDER.parents[1] / "corpora" / "sample"
TABLES = ("documents", "matches", "findings", "clusters", "domains")
#: Libraries whose versions decide on what text a page has and which language.
LIBRARIES = ("trafilatura", "resiliparse", "htmldate", "py3langid")
DECIMALS = 4
REMEDY = (
    "Answers over corpora/sample have changed. If that is meant: raise the version in "
    "dupdetect/_version.py, say in CHANGELOG.md what changed, then run: python -m tests.golden"
)


def answers(sample: Path = SAMPLE, *, workers: int = 1) -> dict[str, Any]:
    """A scan's tables as digests, with what they depend on."""
    import dupdetect

    with tempfile.TemporaryDirectory() as folder:
        dupdetect.scan([sample], out=Path(folder) / "out", workers=workers)
        tables = {name: digests(Path(folder) / "out" / f"{name}.parquet") for name in TABLES}
    return {
        "version": dupdetect.__version__,
        "sample_sha256": _digest_of_files(sample),
        "decimals": DECIMALS,
        "tables": tables,
        "libraries": {name: metadata.version(name) for name in LIBRARIES},
    }


def digests(path: Path) -> dict[str, Any]:
    """The number of rows of a table and a digest of each column."""
    import pyarrow.parquet as pq

    table = pq.read_table(path)
    columns = {name: _digest(table.column(name).to_pylist()) for name in table.column_names}
    return {"rows": table.num_rows, "columns": columns}


def differences(golden: dict[str, Any], found: dict[str, Any]) -> list[str]:
    """What differs, table by table and column by column; libraries only beside a difference."""
    told = [
        f"{name} is {found[name]!r}, was {golden.get(name)!r}"
        for name in ("sample_sha256", "decimals")
        if golden.get(name) != found[name]
    ]
    for name in TABLES:
        was, now = golden["tables"].get(name, {"rows": 0, "columns": {}}), found["tables"][name]
        if was["rows"] != now["rows"]:
            told.append(f"{name}: {now['rows']} rows, was {was['rows']}")
        columns = sorted(set(was["columns"]) | set(now["columns"]))
        told += [
            f"{name}.{column}"
            for column in columns
            if was["columns"].get(column) != now["columns"].get(column)
        ]
    if told:
        told += [
            f"({name} is {version}, was {golden.get('libraries', {}).get(name)})"
            for name, version in found["libraries"].items()
            if golden.get("libraries", {}).get(name) != version
        ]
    return told


def load() -> dict[str, Any]:
    """The committed digests."""
    golden: dict[str, Any] = json.loads(GOLDEN.read_text(encoding="utf-8"))
    return golden


def _digest(values: list[Any]) -> str:
    text = json.dumps(_rounded(values), ensure_ascii=True, sort_keys=True)
    return hashlib.sha256(text.encode()).hexdigest()[:16]


def _rounded(value: Any) -> Any:
    if isinstance(value, float):
        return round(value, DECIMALS) + 0.0  # no minus zero
    if isinstance(value, list):
        return [_rounded(item) for item in value]
    if isinstance(value, dict):
        return {key: _rounded(item) for key, item in value.items()}
    return value


def _digest_of_files(folder: Path) -> str:
    digest = hashlib.sha256()
    for path in sorted(path for path in folder.rglob("*") if path.is_file()):
        digest.update(f"{path.relative_to(folder).as_posix()} {path.stat().st_size}\n".encode())
        digest.update(path.read_bytes())
    return digest.hexdigest()[:16]


def main() -> int:
    """See the module."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n")[0])
    parser.add_argument("--check", action="store_true", help="compare only")
    parser.add_argument("--unreleased", action="store_true", help="the version stays as it is")
    parser.add_argument("--workers", type=int, default=1)
    options = parser.parse_args()
    found = answers(workers=options.workers)
    golden = load() if GOLDEN.exists() else None
    told = differences(golden, found) if golden else ["there is no golden file yet"]
    print("\n".join(told) or f"the same answers on Python {platform.python_version()}")
    if options.check:
        return 1 if told else 0
    if golden and told and golden["version"] == found["version"] and not options.unreleased:
        print(f"not written: version {found['version']} had other answers. {REMEDY}")
        return 1
    GOLDEN.write_text(json.dumps(found, indent=1) + "\n", encoding="utf-8")
    print(f"written: {GOLDEN}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
