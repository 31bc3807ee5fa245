"""Page (bytes) → Document (text): trafilatura, resiliparse or plain text, in process or sandboxed.

document = extract(page, config=config.extract)                  # trusted pages, this process
with Sandbox(config.extract) as sandbox:                         # anything from the web
    document = sandbox.extract(page)
for document in extract_all(items, config=config.extract, workers=2, on_skip=on_skip): ...
"""

from __future__ import annotations

from dupdetect.extract.page import Mode, choose_mode, extract
from dupdetect.extract.pool import extract_all
from dupdetect.extract.sandbox import Sandbox

__all__ = ["Mode", "Sandbox", "choose_mode", "extract", "extract_all"]
