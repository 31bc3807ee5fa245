"""Pictures of the pages for the README and for the eye: ``python tests/browser/screenshots.py``.

Scans ``corpora/sample`` and writes PNG files to ``docs/img``: the report at three widths, a pair, a
document and the drawing of domains, some in the dark scheme. With Pillow installed (it is no
dependency) the files are reduced to 128 colours, a third of their size.
"""

from __future__ import annotations

import io
import sys
import tempfile
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))
import chrome

ROOT = Path(__file__).resolve().parents[2]
#: Name, selector, width, height at most, dark.
SHOTS = (
    ("report-1280", "body", 1280, 1500, False),
    ("report-820", "body", 820, 1500, False),
    ("report-390", "body", 390, 1500, False),
    ("report-dark", "body", 1280, 1000, True),
    ("domains", "#domains .flow", 1280, 700, False),
    ("clusters", "#clusters", 1280, 700, False),
    ("pair", "#pair-1", 1280, 1250, False),
    ("pair-dark", "#pair-1", 1280, 1250, True),
    ("pair-390", "#pair-1", 390, 1800, False),
    ("document", "#document-6", 1280, 1000, False),
)


def small(png: bytes) -> bytes:
    """The picture with few colours, where Pillow is there to choose them."""
    try:
        from PIL import Image
    except ImportError:
        return png
    out = io.BytesIO()
    image = Image.open(io.BytesIO(png)).convert("RGB").quantize(128, dither=Image.Dither.NONE)
    image.save(out, "PNG", optimize=True)
    return out.getvalue()


def main(target: Path = ROOT / "docs" / "img") -> None:
    """Scan, open, write."""
    import dupdetect

    if reason := chrome.missing():
        sys.exit(reason)
    target.mkdir(parents=True, exist_ok=True)
    browser = chrome.Browser()
    with tempfile.TemporaryDirectory() as folder:
        dupdetect.scan([str(ROOT / "corpora" / "sample")], out=folder)
        for name, selector, width, height, dark in SHOTS:
            browser.open(Path(folder) / "report.html", width=width, dark=dark)
            browser.js(
                "const card = document.querySelector(arguments[0]);"
                "if (card.matches('details')) card.open = true;"
                "if (arguments[0] !== 'body') document.querySelector('.bar').style.position ="
                " 'static';",
                selector,
            )
            (target / f"{name}.png").write_bytes(small(browser.picture(selector, height=height)))
    browser.close()


if __name__ == "__main__":
    main(*map(Path, sys.argv[1:]))
