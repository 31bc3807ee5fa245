"""Hypothesis settings of the kernel tests: the first example compiles, so no deadline."""

from __future__ import annotations

import os

from hypothesis import settings

settings.register_profile("kernels", deadline=None)
settings.register_profile("kernels-quick", deadline=None, max_examples=40)
settings.load_profile(os.environ.get("DUPDETECT_HYPOTHESIS", "kernels"))
