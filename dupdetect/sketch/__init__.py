"""From texts to sketches, and the bridge to datasketch."""

from dupdetect.sketch.batch import SketchBatch, View, sketch_texts
from dupdetect.sketch.signatures import from_datasketch, to_datasketch

__all__ = ["SketchBatch", "View", "from_datasketch", "sketch_texts", "to_datasketch"]
