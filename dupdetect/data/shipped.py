"""The shipped models of the scores that can be trained, and their digests."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from importlib.resources import files

#: The scores whose weights can be trained, and the files that ship them.
SHIPPED: Mapping[str, str] = {
    "boilerplate": "quality/boilerplate_lines.npz",
    "machine_translation": "style.npz",
    "seo_link": "quality/seo_link.npz",
}


def shipped_digests() -> dict[str, str]:
    """SHA-256 of the shipped model of each score; scores without one are left out."""
    folder = files("dupdetect.data")
    found: dict[str, str] = {}
    for score, name in SHIPPED.items():
        resource = folder.joinpath(*name.split("/"))
        if resource.is_file():
            found[score] = hashlib.sha256(resource.read_bytes()).hexdigest()
    return found
