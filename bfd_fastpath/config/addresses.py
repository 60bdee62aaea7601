# SPDX-License-Identifier: Apache-2.0
"""IP addresses and networks of either version, as the records of a configuration have them."""

from __future__ import annotations

from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network

Address = IPv4Address | IPv6Address
Network = IPv4Network | IPv6Network
