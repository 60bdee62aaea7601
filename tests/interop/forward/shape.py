# SPDX-License-Identifier: Apache-2.0
"""What both routers are: the addresses of tests/path/router.py, whose prefixes are connected ones here, neighbours that are known,
and a route of each kind. VLANs are left out: not every kernel has them."""

from collections.abc import Iterator

from tests.path.router import ADDRESSES, mac

__all__ = ["CONNECTED", "LINK_LOCAL", "LOCAL", "ROUTES", "STATIC", "addresses", "mac"]

LINK_LOCAL = "fe80::1/64"
#: Prefix: port.
CONNECTED = {"192.0.2.0/24": 0, "2001:db8::/64": 0, "198.51.100.0/24": 1, "2001:db8:1::/64": 1}
#: Prefix: port and gateway, or a kind that forwards nothing as ip-route(8) calls it.
ROUTES: dict[str, tuple[int, str] | str] = {
    "10.0.0.0/8": (1, "198.51.100.2"),
    "2001:db8:f::/48": (1, "2001:db8:1::2"),
    # Where senders are that are not on the link.
    "172.16.0.0/12": (0, "192.0.2.2"),
    "2001:db8:e::/48": (0, "2001:db8::2"),
    # RFC 8950
    "10.9.0.0/16": (1, "2001:db8:1::2"),
    "10.6.0.0/16": "blackhole",
    "2001:db8:f:6::/64": "blackhole",
    "10.7.0.0/16": "unreachable",
    "2001:db8:f:7::/64": "unreachable",
    "10.8.0.0/16": "prohibit",
    "2001:db8:f:8::/64": "prohibit",
}
#: Port and address of neighbours whose MAC address is known: mac(port).
STATIC = [
    *((0, address) for address in ("192.0.2.2", "192.0.2.9", "2001:db8::2", "2001:db8::9", "fe80::9")),
    *(
        (1, address)
        for address in ("198.51.100.2", "198.51.100.9", "2001:db8:1::2", "2001:db8:1::9", "fe80::9")
    ),
]


def addresses() -> Iterator[tuple[int, str]]:
    """Port and address with its prefix length."""
    for port, pair in enumerate(ADDRESSES):
        for address in pair:
            yield port, address


#: The routers' own addresses.
LOCAL = {address.split("/")[0] for _, address in addresses()} | {LINK_LOCAL.split("/")[0]}
