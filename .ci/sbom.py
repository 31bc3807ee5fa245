"""The software bill of materials of an installation, as CycloneDX 1.5 JSON on standard output.

What ``dupdetect`` needs to run, with all that these need, as installed here: names, versions,
licences, dependencies, and the hashes of ``requirements-ci.txt`` where it names the same version.
"""

from __future__ import annotations

import json
import re
import sys
import uuid
from importlib import metadata
from pathlib import Path
from typing import Any

LOCK = Path(__file__).resolve().parents[1] / "requirements-ci.txt"
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]*")


def main(root: str = "dupdetect") -> None:
    """Writes the bill of ``root``."""
    found: dict[str, metadata.Distribution] = {}
    edges: dict[str, list[str]] = {}
    waiting = [root]
    while waiting:
        name = canonical(waiting.pop())
        if name in found:
            continue
        try:
            found[name] = metadata.distribution(name)
        except metadata.PackageNotFoundError:
            continue  # for another system or another Python
        edges[name] = needed(found[name])
        waiting += edges[name]
    hashes = locked_hashes(LOCK)
    own = found.pop(canonical(root))
    bill = {
        "bomFormat": "CycloneDX",
        "specVersion": "1.5",
        "serialNumber": f"urn:uuid:{uuid.uuid4()}",
        "version": 1,
        "metadata": {"component": component(canonical(root), own, {}) | {"type": "application"}},
        "components": [component(name, found[name], hashes) for name in sorted(found)],
        "dependencies": [
            {"ref": name, "dependsOn": sorted(set(edges[name]) & set(found))}
            for name in sorted(edges)
        ],
    }
    json.dump(bill, sys.stdout, indent=1)
    print()


def needed(distribution: metadata.Distribution) -> list[str]:
    """Names of what a distribution needs without any extra."""
    wanted = [text for text in distribution.requires or [] if "extra ==" not in text]
    return [canonical(match[0]) for text in wanted if (match := _NAME.match(text))]


def component(
    name: str, distribution: metadata.Distribution, hashes: dict[tuple[str, str], list[str]]
) -> dict[str, Any]:
    """One component of the bill."""
    facts, version = distribution.metadata, distribution.version
    said = facts.get("License-Expression") or (facts.get("License") or "").split("\n")[0]
    found: dict[str, Any] = {
        "type": "library", "bom-ref": name, "name": name, "version": version,
        "purl": f"pkg:pypi/{name}@{version}",
    }  # fmt: skip
    if said:
        found["licenses"] = [{"license": {"name": said[:200]}}]
    if known := hashes.get((name, version)):
        found["hashes"] = [{"alg": "SHA-256", "content": value} for value in known]
    return found


def locked_hashes(path: Path) -> dict[tuple[str, str], list[str]]:
    """Hashes by name and version of a file of requirements."""
    hashes: dict[tuple[str, str], list[str]] = {}
    current: list[str] = []
    for line in path.read_text(encoding="utf-8").splitlines() if path.exists() else []:
        if match := re.match(r"([A-Za-z0-9._-]+)==([^ \\;]+)", line):
            current = hashes.setdefault((canonical(match[1]), match[2]), [])
        current += re.findall(r"--hash=sha256:([0-9a-f]{64})", line)
    return hashes


def canonical(name: str) -> str:
    """A project's name as the index has it (PEP 503)."""
    return re.sub(r"[-_.]+", "-", name).lower()


if __name__ == "__main__":
    main()
