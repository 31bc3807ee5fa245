"""The kernels once more with array bounds checked, which compiled code otherwise does not do."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

FILES = [
    "test_tokens.py", "test_shingles.py", "test_minhash.py", "test_bands.py", "test_looks.py",
    "test_postings.py", "test_recent.py", "../quality/test_glance.py",
]  # fmt: skip


@pytest.mark.skipif("NUMBA_BOUNDSCHECK" in os.environ, reason="this is the run with checks")
def test_no_index_leaves_its_array(tmp_path: Path, repository: Path) -> None:
    environment = os.environ | {
        "NUMBA_BOUNDSCHECK": "1",
        "NUMBA_CACHE_DIR": str(tmp_path),
        "DUPDETECT_HYPOTHESIS": "kernels-quick",
    }
    folder = Path(__file__).parent
    result = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-x", "-p", "no:cacheprovider"]
        + [str(folder / name) for name in FILES],
        cwd=repository,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    assert result.returncode == 0, result.stdout[-4000:] + result.stderr[-2000:]
