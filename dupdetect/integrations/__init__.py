"""Bridges to other people's tools: each optional, imported by name only, none knows another."""
