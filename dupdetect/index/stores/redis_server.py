"""A Redis server by its address: options, retries, and errors that say what happened.

``redis://[user:password@]host[:port][/db][?option=value&...]``, ``rediss://`` for TLS, or
``unix://[user:password@]/path/to/socket[?db=number&option=value&...]``. Options:
``prefix`` (letters, digits, ``_.-``; default ``dupdetect``) before all keys, so that indexes can
share a database; ``timeout`` in seconds for connecting and for each answer (5); ``retries`` of an
operation that met a server it could not reach (2), 0.1 s apart at first, then twice as long each
time, at most 2 s; ``bits``, the logarithm of the number of buckets of a new index (20).
"""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar
from urllib.parse import SplitResult, parse_qsl, urlsplit

import redis
from redis.backoff import NoBackoff
from redis.retry import Retry

from dupdetect.errors import IndexCorruptError, IndexError_
from dupdetect.index.stores.redis_scripts import GONE

T = TypeVar("T")

SCHEMES = ("redis", "rediss", "unix")
_OPTIONS: dict[str, Callable[[str], Any]] = {
    "prefix": str,
    "timeout": float,
    "retries": int,
    "bits": int,
    "db": int,
}
_PREFIX = re.compile(r"[A-Za-z0-9_.-]{1,64}\Z")
#: Seconds before the first retry.
_PAUSE = 0.1
#: And before any other: who waits through a restart goes on soon after it.
_LONGEST_PAUSE = 2.0
#: An answer that may change by itself: the server is busy with somebody's script.
_BUSY = "BUSY "
#: Answers that mean that other data lie under our keys.
_FOREIGN = ("WRONGTYPE", "ERR hash value is not an integer")


@dataclass(frozen=True, slots=True)
class Address:
    """Where an index is; ``name`` is for people, without the password."""

    url: str
    name: str
    prefix: str = "dupdetect"
    timeout: float = 5.0
    retries: int = 2
    bits: int = 20

    @classmethod
    def parse(cls, address: str) -> Address:
        """An address taken apart; raises IndexError_ naming what is wrong with it."""
        parts = _split(address)
        options = dict(parse_qsl(parts.query, keep_blank_values=True))
        socket = parts.scheme == "unix"
        shown = "&".join(f"{key}={value}" for key, value in options.items() if key in _OPTIONS)
        host = parts.netloc.rpartition("@")[2]
        name = f"{parts.scheme}://{host}{parts.path}"
        name += f"?{shown}" if shown else ""
        given: dict[str, Any] = {}
        for option, kind in _OPTIONS.items():
            if option in options:
                try:
                    given[option] = kind(options.pop(option))
                except ValueError as error:
                    raise IndexError_(f"{name}: {option}: {error}") from None
        database = given.pop("db", None)
        url = f"{parts.scheme}://{parts.netloc}{parts.path}"
        url += f"?db={database}" if socket and database else ""
        found = cls(url, name, **given)
        rules = [
            (parts.scheme in SCHEMES, f"the address must begin with {' or '.join(SCHEMES)}"),
            (bool(_PREFIX.match(found.prefix)), "prefix must be 1 to 64 of A-Z a-z 0-9 _ . -"),
            (0 < found.timeout < 1e6, "timeout must be positive"),
            (0 <= found.retries <= 100, "retries must be in 0..100"),
            (1 <= found.bits <= 24, "bits must be in 1..24"),
            (socket or re.fullmatch(r"/?\d*", parts.path) is not None,
             "the database must be a number"),
            (not socket or (parts.path.strip("/") != "" and not host),
             "the whole path of the socket is needed: unix:///path/to/socket"),
            (database is None or socket, "the database follows the host: redis://host:port/db"),
            ((database or 0) >= 0, "the database must be a number"),
            (not options, f"unknown option {', '.join(options)}"),
        ]  # fmt: skip
        for holds, message in rules:
            if not holds:
                raise IndexError_(f"{name}: {message}")
        return found


def _split(address: str) -> SplitResult:
    try:
        parts = urlsplit(address)
        readable = (parts.port or 0) >= 0 and not parts.fragment
    except ValueError:
        readable = False
    if not readable:  # not quoted: it may be the password that was taken for a port
        raise IndexError_(
            "the address of Redis cannot be read: the port must be a number, and / # ? @ in a "
            "password are written %2F %23 %3F %40"
        )
    return parts


class Server:
    """Runs operations on a server; safe for threads, made anew after a fork by redis-py."""

    def __init__(self, address: Address) -> None:
        self.address = address
        # Retries are ours, of whole operations: half of one done twice would be another matter.
        self._client = redis.Redis.from_url(
            address.url,
            socket_timeout=address.timeout,
            socket_connect_timeout=address.timeout,
            retry=Retry(NoBackoff(), 0),
        )
        self._scripts: dict[str, Any] = {}

    def run(self, operation: Callable[[Any], T]) -> T:
        """``operation(client)``, again after a failure to reach the server.

        It must be such that doing it twice is as good as once. Raises IndexError_, or
        IndexCorruptError when other data lie under the prefix.
        """
        for attempt in range(self.address.retries + 1):
            try:
                return operation(self._client)
            except redis.RedisError as error:
                if attempt == self.address.retries or not _passing(error):
                    raise self._told(error) from error
                time.sleep(min(_PAUSE * 2**attempt, _LONGEST_PAUSE))
        raise AssertionError("the loop returns or raises")

    def script(self, code: str, arguments: Sequence[Any]) -> Any:
        """The answer of a Lua script; to be called inside an operation."""
        known = self._scripts.get(code)
        if known is None:
            known = self._scripts[code] = self._client.register_script(code)
        return known(keys=[self.key("")], args=arguments)

    def key(self, name: str) -> bytes:
        """A name below the prefix."""
        return f"{self.address.prefix}:{name}".encode()

    def close(self) -> None:
        """Closes all connections."""
        self._client.close()

    def _told(self, error: redis.RedisError) -> IndexError_:
        name, text = self.address.name, str(error)
        if isinstance(error, redis.AuthenticationError):
            return IndexError_(f"{name}: the server refuses the user or password: {text}")
        if isinstance(error, (redis.ConnectionError, redis.TimeoutError)):
            return IndexError_(f"{name}: the server cannot be reached: {text}")
        if text.startswith(GONE):
            return IndexError_(
                f"{name}: the index is not on the server any more (flushed, evicted, or "
                "restarted without its data): nothing was done; open it again to begin a new one"
            )
        if any(sign in text for sign in _FOREIGN):
            return IndexCorruptError(f"{name}: not an index: {text}")
        return IndexError_(f"{name}: the server refuses: {text}")


def _passing(error: redis.RedisError) -> bool:
    if isinstance(error, redis.AuthenticationError):
        return False
    if isinstance(error, (redis.ConnectionError, redis.TimeoutError)):
        return True
    return str(error).startswith(_BUSY)
