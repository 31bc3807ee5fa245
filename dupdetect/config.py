"""Settings: frozen dataclasses that read and write TOML and have a digest.

:meth:`Config.digest` goes into every artefact, so that two results can be told comparable.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import asdict, dataclass, field, fields, is_dataclass
from pathlib import Path
from typing import Any, Literal

from dupdetect.errors import ConfigError

#: Bytes of a file of settings; all of them written out take two thousand.
_MAX_FILE = 1_000_000

#: Raised by one when folding, tokens or anchors change, so that old sketches are refused.
FOLDING_VERSION = 2


@dataclass(frozen=True, slots=True)
class ShingleConfig:
    """The shingle view: word shingles, MinHash signatures (Broder 1997), LSH bands.

    ``bands * rows <= permutations``. With 3 rows the chance that a pair of Jaccard J becomes a
    candidate is 1 - (1 - J^3)^42: 0.94 at 0.4, 0.996 at 0.5.
    """

    size: int = 3
    permutations: int = 128
    seed: int = 1
    bands: int = 42
    rows: int = 3
    min_tokens: int = 12
    max_bucket: int = 64


@dataclass(frozen=True, slots=True)
class AnchorConfig:
    """The anchor view: numbers, names and rare words, and the keys they are found by.

    ``max_zipf``: a word is an anchor when its background Zipf frequency (log10 per 10^9 words,
    van Heuven et al. 2014) is at most this. ``window``: two anchors at most this many anchors apart
    make a key. ``keys``: bottom-k sample of keys per document. ``min_shared``: keys that two
    documents must share to be candidates. ``max_bucket``: longer posting lists are not followed
    (they are counted). ``max_candidates``: of more, those that share most keys are verified; 48
    lose no source that 200 find, at 35,000 documents and at 200,000 (``benchmarks candidates``).
    """

    max_zipf: float = 4.9
    window: int = 6
    keys: int = 256
    min_shared: int = 3
    max_bucket: int = 200
    max_candidates: int = 48


@dataclass(frozen=True, slots=True)
class VerifyConfig:
    """The verifier: pairs with a score below ``threshold`` are of kind ``none``."""

    threshold: float = 0.5
    max_passages: int = 200


@dataclass(frozen=True, slots=True)
class QualityConfig:
    """The quality scores: findings below ``min_finding_score`` are not reported.

    ``models``: files of ``dupdetect train`` that replace shipped weights. ``domain_lists``: files
    of domains that speak against a link to them and a page of them. A run adds
    ``#sha256=<digest>`` to each path, so that its settings say what was in the file
    (:mod:`dupdetect.quality.resources`).
    """

    min_finding_score: float = 0.3
    max_findings: int = 200
    models: tuple[str, ...] = ()
    domain_lists: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class ExtractConfig:
    """From page to text. Sizes in bytes or characters, time in seconds per page.

    ``extractor``: ``accurate`` (trafilatura), ``bulk`` (resiliparse) or ``auto`` (accurate for
    single pages, bulk for WARC files).
    """

    extractor: Literal["auto", "accurate", "bulk"] = "auto"
    max_bytes: int = 20_000_000
    max_chars: int = 1_000_000
    timeout: float = 20.0
    memory: int = 2_000_000_000


@dataclass(frozen=True, slots=True)
class FetchConfig:
    """Limits on fetching one URL. Sizes in bytes, times in seconds."""

    user_agent: str = "dupdetect/0.1 (+https://pypi.org/project/dupdetect/)"
    connect_timeout: float = 10.0
    read_timeout: float = 15.0
    total_timeout: float = 60.0
    max_redirects: int = 5
    max_bytes: int = 20_000_000
    allow_private: bool = False
    respect_robots: bool = True


@dataclass(frozen=True, slots=True)
class ColumnsConfig:
    """Names of the columns of tabular sources; empty means: try the usual names.

    ``text`` may name several columns, joined by a blank line in the order given.
    """

    text: tuple[str, ...] = ()
    id: str = ""
    url: str = ""
    title: str = ""
    language: str = ""
    published: str = ""


@dataclass(frozen=True, slots=True)
class Config:
    """All settings of a run; raises ConfigError when one is out of range."""

    shingle: ShingleConfig = field(default_factory=ShingleConfig)
    anchor: AnchorConfig = field(default_factory=AnchorConfig)
    verify: VerifyConfig = field(default_factory=VerifyConfig)
    quality: QualityConfig = field(default_factory=QualityConfig)
    extract: ExtractConfig = field(default_factory=ExtractConfig)
    fetch: FetchConfig = field(default_factory=FetchConfig)
    columns: ColumnsConfig = field(default_factory=ColumnsConfig)

    def __post_init__(self) -> None:
        _check(self)

    def to_dict(self) -> dict[str, Any]:
        """All settings as nested dictionaries."""
        return asdict(self)

    def digest(self) -> str:
        """Twelve hexadecimal digits that change when any setting does."""
        canonical = json.dumps(self.to_dict(), sort_keys=True, ensure_ascii=True)
        return hashlib.sha256(canonical.encode()).hexdigest()[:12]

    def to_toml(self) -> str:
        """The settings as TOML, readable by :meth:`from_toml`."""
        lines: list[str] = []
        for section, values in self.to_dict().items():
            lines.append(f"[{section}]")
            lines += [f"{key} = {_toml_value(value)}" for key, value in values.items()]
            lines.append("")
        return "\n".join(lines)

    @classmethod
    def from_dict(cls, values: dict[str, Any]) -> Config:
        """Settings from nested dictionaries; raises ConfigError on an unknown name or type."""
        config = _build(cls, values, "")
        assert isinstance(config, Config)
        return config

    @classmethod
    def from_toml(cls, text: str) -> Config:
        """Settings from TOML text; raises ConfigError."""
        import tomllib  # few commands read settings

        try:
            values = tomllib.loads(text)
        except RecursionError:
            raise ConfigError("not usable TOML: nested too deeply") from None
        except ValueError as error:  # TOMLDecodeError, and numbers of thousands of digits
            raise ConfigError(f"not valid TOML: {error}") from error
        return cls.from_dict(values)

    @classmethod
    def load(cls, path: str | Path) -> Config:
        """Settings from a TOML file; raises ConfigError naming the file."""
        try:
            with Path(path).open("rb") as file:
                content = file.read(_MAX_FILE + 1)
            if len(content) > _MAX_FILE:
                raise ConfigError(f"more than {_MAX_FILE} bytes are no settings")
            return cls.from_toml(content.decode("utf-8"))
        except (OSError, UnicodeDecodeError, ConfigError) as error:
            raise ConfigError(f"{path}: {error}") from error


def _toml_value(value: Any) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, (list, tuple)):
        return "[" + ", ".join(_toml_value(item) for item in value) + "]"
    if isinstance(value, str):
        # TOML's strings are JSON's, but for surrogate pairs and a bare DEL.
        return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007f")
    return repr(value)


def _build(cls: type[Any], values: dict[str, Any], prefix: str) -> Any:
    known = {item.name: item for item in fields(cls)}
    arguments: dict[str, Any] = {}
    for name, value in values.items():
        if name not in known:
            raise ConfigError(f"unknown setting {prefix}{name}")
        default = getattr(cls(), name)
        if is_dataclass(default):
            if not isinstance(value, dict):
                raise ConfigError(f"{prefix}{name} must be a table")
            arguments[name] = _build(type(default), value, f"{prefix}{name}.")
        else:
            arguments[name] = _coerce(f"{prefix}{name}", value, default)
    return cls(**arguments)


def _coerce(name: str, value: Any, default: Any) -> Any:
    if isinstance(default, tuple):
        if isinstance(value, str):
            value = [value]
        if isinstance(value, (list, tuple)) and all(isinstance(item, str) for item in value):
            return tuple(value)
    elif isinstance(default, bool) or isinstance(value, bool):
        if isinstance(default, bool) and isinstance(value, bool):
            return value
    elif isinstance(default, float):
        if isinstance(value, (int, float)):
            try:
                return float(value)
            except OverflowError:
                raise ConfigError(f"{name} is too large") from None
    elif isinstance(value, type(default)):
        return value
    raise ConfigError(f"{name} must be {type(default).__name__}, not {type(value).__name__}")


#: Least and greatest value of each number. Stored counts of bands and keys have 16 bits, a batch
#: of texts 2^31 bytes; the other upper bounds are far beyond use and keep a mistyped zero from
#: asking for all memory.
_RANGES: dict[str, tuple[float, float]] = {
    "shingle.size": (1, 16),
    "shingle.permutations": (1, 4096),
    "shingle.seed": (0, 2**32 - 1),
    "shingle.bands": (1, 4096),
    "shingle.rows": (1, 4096),
    "shingle.min_tokens": (0, 1_000_000),
    "shingle.max_bucket": (1, 1_000_000),
    "anchor.max_zipf": (0.0, 10.0),
    "anchor.window": (1, 1000),
    "anchor.keys": (1, 60_000),
    "anchor.min_shared": (1, 60_000),
    "anchor.max_bucket": (1, 1_000_000),
    "anchor.max_candidates": (1, 1_000_000),
    "verify.threshold": (0.0, 1.0),
    "verify.max_passages": (0, 1_000_000),
    "quality.min_finding_score": (0.0, 1.0),
    "quality.max_findings": (0, 1_000_000),
    "extract.max_bytes": (1, 2_000_000_000),
    "extract.max_chars": (1, 500_000_000),
    "extract.timeout": (0.01, 86_400.0),
    "extract.memory": (1, 2**46),
    "fetch.connect_timeout": (0.001, 86_400.0),
    "fetch.read_timeout": (0.001, 86_400.0),
    "fetch.total_timeout": (0.001, 86_400.0),
    "fetch.max_redirects": (0, 100),
    "fetch.max_bytes": (1, 2_000_000_000),
}


def _check(config: Config) -> None:
    for name, (least, greatest) in _RANGES.items():
        section, _, key = name.partition(".")
        # Also false for a float that is no number.
        if not least <= getattr(getattr(config, section), key) <= greatest:
            raise ConfigError(f"{name} must be in {least:.10g}..{greatest:.10g}")
    shingle = config.shingle
    if shingle.bands * shingle.rows > shingle.permutations:
        raise ConfigError("shingle.bands * shingle.rows must not exceed shingle.permutations")
    if config.extract.extractor not in ("auto", "accurate", "bulk"):
        raise ConfigError("extract.extractor must be auto, accurate or bulk")
    agent = config.fetch.user_agent
    if not 0 < len(agent) <= 500 or not (agent.isascii() and agent.isprintable()):
        raise ConfigError("fetch.user_agent must be 1 to 500 printable ASCII characters")
