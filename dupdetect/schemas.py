"""The Arrow schema of every table that is written: the one place that names columns."""

from __future__ import annotations

import pyarrow as pa

DOCUMENTS = pa.schema(
    [
        ("id", pa.string()),
        ("url", pa.string()),
        ("domain", pa.string()),
        ("language", pa.string()),
        ("published", pa.string()),
        ("title", pa.string()),
        ("n_words", pa.int32()),
        ("boilerplate", pa.float32()),
        ("machine_translation", pa.float32()),
        ("seo_link", pa.float32()),
        ("content_farm", pa.float32()),
        ("cluster", pa.string()),
        ("is_representative", pa.bool_()),
    ]
)

PASSAGE = pa.struct(
    [
        ("a_start", pa.int32()),
        ("a_end", pa.int32()),
        ("b_start", pa.int32()),
        ("b_end", pa.int32()),
        ("similarity", pa.float32()),
    ]
)

MATCHES = pa.schema(
    [
        ("a", pa.string()),
        ("b", pa.string()),
        ("kind", pa.string()),
        ("score", pa.float32()),
        ("jaccard", pa.float32()),
        ("containment_a", pa.float32()),
        ("containment_b", pa.float32()),
        ("direction", pa.string()),
        ("passages", pa.list_(PASSAGE)),
    ]
)

FINDINGS = pa.schema(
    [
        ("id", pa.string()),
        ("kind", pa.string()),
        ("rule", pa.string()),
        ("start", pa.int32()),
        ("end", pa.int32()),
        ("quote", pa.string()),
        ("score", pa.float32()),
    ]
)

CLUSTERS = pa.schema(
    [
        ("cluster", pa.string()),
        ("size", pa.int32()),
        ("representative", pa.string()),
        ("members", pa.list_(pa.string())),
        ("kinds", pa.list_(pa.string())),
    ]
)

DOMAINS = pa.schema(
    [
        ("domain", pa.string()),
        ("documents", pa.int32()),
        ("copies", pa.float32()),
        ("boilerplate", pa.float32()),
        ("machine_translation", pa.float32()),
        ("seo_link", pa.float32()),
        ("content_farm", pa.float32()),
        ("sources", pa.list_(pa.struct([("domain", pa.string()), ("documents", pa.int32())]))),
    ]
)

#: Input of ``compare --pairs``.
PAIRS = pa.schema([("id", pa.string()), ("a", pa.string()), ("b", pa.string())])

#: Output of ``compare --pairs``.
PAIR_RESULTS = pa.schema(
    [
        ("id", pa.string()),
        ("kind", pa.string()),
        ("score", pa.float32()),
        ("jaccard", pa.float32()),
        ("containment_a", pa.float32()),
        ("containment_b", pa.float32()),
        ("direction", pa.string()),
        ("passages", pa.list_(PASSAGE)),
    ]
)

#: What :func:`dupdetect.near_duplicates` finds; resemblance and containments are exact.
NEAR_DUPLICATES = pa.schema(
    [
        ("a", pa.string()),
        ("b", pa.string()),
        ("jaccard", pa.float32()),
        ("containment_a", pa.float32()),
        ("containment_b", pa.float32()),
    ]
)

#: File name of each table of a scan's folder.
TABLES: dict[str, pa.Schema] = {
    "documents": DOCUMENTS,
    "matches": MATCHES,
    "findings": FINDINGS,
    "clusters": CLUSTERS,
    "domains": DOMAINS,
}
