"""Which network addresses may be connected to."""

from __future__ import annotations

import ipaddress
import socket
import threading
from collections.abc import Callable

from dupdetect.errors import FetchError

Resolve = Callable[[str, int, float | None], list[str]]
Allowed = Callable[[str], bool]

#: IPv6 prefixes whose last 32 bits are an IPv4 address that a gateway connects to (RFC 6052,
#: RFC 8215); Python calls them global.
_NAT64 = (ipaddress.IPv6Network("64:ff9b::/96"), ipaddress.IPv6Network("64:ff9b:1::/48"))
#: Special-purpose blocks of the IANA registries that some Python versions from 3.11 on call global.
_NOT_PUBLIC = tuple(
    map(ipaddress.ip_network, ("192.88.99.0/24", "fec0::/10", "3fff::/20", "5f00::/16"))
)


def is_public(address: str) -> bool:
    """Whether ``address`` is a globally reachable unicast address.

    An IPv4 address inside an IPv6 one (mapped, compatible, 6to4, Teredo, NAT64) must be public
    itself.
    """
    try:
        found = ipaddress.ip_address(address.split("%", 1)[0])
    except ValueError:
        return False
    if isinstance(found, ipaddress.IPv6Address):
        inner = _inner(found)
        if inner is not None:
            return is_public(str(inner))
    if any(found in network for network in _NOT_PUBLIC if network.version == found.version):
        return False
    return found.is_global and not found.is_multicast and not found.is_reserved


def _inner(address: ipaddress.IPv6Address) -> ipaddress.IPv4Address | None:
    if address.ipv4_mapped is not None:
        return address.ipv4_mapped
    if address.sixtofour is not None:
        return address.sixtofour
    if address.teredo is not None:
        return address.teredo[1]
    if any(address in network for network in _NAT64) or int(address) >> 32 == 0:
        return ipaddress.IPv4Address(int(address) & 0xFFFFFFFF)
    return None


def resolve(host: str, port: int, timeout: float | None) -> list[str]:
    """The addresses of ``host`` in the system's order, without duplicates.

    Raises FetchError (``dns``), also when the resolver takes longer than ``timeout`` seconds; it
    has no limit of its own, so it runs in a thread that may be left behind.
    """
    answers: list[str] = []
    failure: list[OSError | UnicodeError] = []

    def ask() -> None:
        try:
            for *_, address in socket.getaddrinfo(host, port, type=socket.SOCK_STREAM):
                answers.append(str(address[0]))
        except (OSError, UnicodeError) as error:
            failure.append(error)

    thread = threading.Thread(target=ask, name="resolve", daemon=True)
    thread.start()
    thread.join(timeout)
    if thread.is_alive():
        raise FetchError(f"the name {host!r} could not be resolved in time", reason="dns")
    if failure or not answers:
        detail = f" ({failure[0]})" if failure else ""
        raise FetchError(f"the name {host!r} cannot be resolved{detail}", reason="dns")
    return list(dict.fromkeys(answers))
