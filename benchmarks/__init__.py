"""Measurements of dupdetect: ``python -m benchmarks NAME``; results in ``results/*.jsonl``."""
