"""Compiled kernels on numpy arrays: folding, tokens, hashes, sketches, anchors, alignment.

No records, no settings, no files and no Python objects in here. Arrays of a batch are laid out like
Arrow's: one flat array of values and n + 1 offsets for n documents. Most have a twin in plain
Python (``reference``, ``stems_reference``, ``anchors_reference`` and ``measures_reference`` in
:mod:`dupdetect.text`) that the tests compare them with.
"""
