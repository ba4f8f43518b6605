"""Which addresses events may be posted to: an address given from outside must not lead to the inside."""

import asyncio
import ipaddress
import socket
from dataclasses import dataclass
from enum import StrEnum

import httpx

Ip = ipaddress.IPv4Address | ipaddress.IPv6Address
_WITH_IPV4 = tuple(map(ipaddress.ip_network, ("64:ff9b::/96", "64:ff9b:1::/48", "::/96")))
_KEPT_KEYS = frozenset(map(ipaddress.ip_address, ("100.100.100.200", "192.0.0.192", "fd00:ec2::254")))
"""Where clouds keep keys besides link-local addresses: Alibaba, Oracle and Amazon."""
_LAST_PORT = 65_535
_HTTP_PORTS = {"http": 80, "https": 443}


class Reach(StrEnum):
    """How far the outbox reaches."""

    PUBLIC = "public"
    """Addresses of the internet only."""
    LOOPBACK = "loopback"
    """Also this machine: for tests and demonstrations."""
    PRIVATE = "private"
    """Also private networks, for subscribers in the same house; never link-local addresses, where clouds keep keys."""


class NotPermitted(Exception):
    """An address that is none, that nobody has, or that must not be posted to; the text says which."""


@dataclass(frozen=True)
class Aim:
    """Where to connect: the address that was checked, and the name that the request and its certificate bear."""

    url: httpx.URL
    host: str
    name: str


async def aim(address: str, reach: Reach) -> Aim:
    """Look an address up and check where it leads; raises NotPermitted.

    The request then goes to the address that was checked: a name that leads elsewhere a moment later leads nowhere.
    """
    url = url_of(address)
    port = url.port or _HTTP_PORTS[url.scheme]
    try:
        found = await asyncio.get_running_loop().getaddrinfo(url.host, port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError):
        raise NotPermitted("nobody has this name") from None
    ips = [ipaddress.ip_address(str(each[4][0]).partition("%")[0]) for each in found]
    if not ips or not all(permits(ip, reach) for ip in ips):
        raise NotPermitted("it leads to the inside of a network")
    return Aim(url=url.copy_with(host=str(ips[0])), host=url.netloc.decode("ascii"), name=url.raw_host.decode("ascii"))


def url_of(address: str) -> httpx.URL:
    """The address, if it has the form of one; raises NotPermitted."""
    try:
        url = httpx.URL(address)
    except (httpx.InvalidURL, ValueError):
        raise NotPermitted("it is not an address") from None
    if url.scheme not in _HTTP_PORTS or not url.host:
        raise NotPermitted("it does not begin with http:// or https:// and a host")
    if url.port is not None and not 1 <= url.port <= _LAST_PORT:
        raise NotPermitted("it names a port that does not exist")
    if url.userinfo:
        raise NotPermitted("it holds a name or password; the signature proves who sends")
    if url.fragment:
        raise NotPermitted("it holds a fragment, which is never sent")
    return url


def permits(ip: Ip, reach: Reach) -> bool:
    """Whether events may go to an address."""
    if isinstance(ip, ipaddress.IPv6Address):
        if ip.ipv4_mapped is not None:
            return permits(ip.ipv4_mapped, reach)
        carries = any(ip in network for network in _WITH_IPV4) and not ip.is_loopback
        if carries or ip.sixtofour is not None or ip.teredo is not None:
            return False  # they carry another address within
        if ip.is_site_local:
            return reach is Reach.PRIVATE
    if ip in _KEPT_KEYS:
        return False
    if ip.is_unspecified or ip.is_multicast or ip.is_link_local:
        return False
    if ip.is_loopback:
        return reach is not Reach.PUBLIC
    return ip.is_global or reach is Reach.PRIVATE
