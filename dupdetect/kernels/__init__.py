"""Compiled loops over flat arrays: folding, tokens, shingles, MinHash, bands, anchors, alignment.

No records, no settings, no files and no Python objects in here. Arrays of a batch are laid out like
Arrow's: one flat array of values and n + 1 offsets for n documents. Most have a twin in plain Python
(:mod:`dupdetect.text.reference`) that the tests compare them with.
"""
