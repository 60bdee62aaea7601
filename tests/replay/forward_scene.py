# SPDX-License-Identifier: Apache-2.0
"""A router between two ports, and captures of packets to it: short ways to write both, and to take one through the other."""

from collections.abc import Iterable
from ipaddress import ip_address
from pathlib import Path

from bfd_fastpath.config import Config, parse
from bfd_fastpath.replay.forward import Forward, Wanted
from bfd_fastpath.replay.forward_passage import Passage
from tests.replay.crafting import Capture, ethernet, ip, udp

ROUTER = """
[[port]]
name = "lan"
devargs = "net_null0"
addresses = ["192.0.2.1/24", "2001:db8::1/64"]

[[port]]
name = "wan"
devargs = "net_null1"
addresses = ["198.51.100.1/24", "2001:db8:1::1/64"]

[forwarding]
enabled = true

[[route]]
prefix = "10.0.0.0/8"
via = "198.51.100.2"
backup = "198.51.100.3"

[[route]]
prefix = "10.9.0.0/16"
via = "198.51.100.9"

[[route]]
prefix = "2001:db8:f::/48"
via = "2001:db8:1::2"

[[route]]
prefix = "10.6.0.0/16"
special-next-hop = "blackhole"

[[route]]
prefix = "10.7.0.0/16"
special-next-hop = "unreachable"
"""
SENDER, SENDER6 = "192.0.2.9", "2001:db8::9"
#: What comes in at the capture's interfaces eth0 and eth1.
PORTS = ("eth0=lan", "eth1=wan")


def config(more: str = "") -> Config:
    parsed = parse(ROUTER + more)
    assert parsed.faults == ()
    assert parsed.config is not None
    return parsed.config


def data(destination: str, *, source: str = "", ttl: int = 64, octets: int = 20, protocol: int = 17) -> bytes:
    """A frame; UDP from SENDER or SENDER6 unless told."""
    target = ip_address(destination)
    sender = ip_address(source or (SENDER if target.version == 4 else SENDER6))
    body = udp(sender, target, 4000, 9, bytes(octets)) if protocol == 17 else bytes(octets)
    return ethernet(ip(sender, target, protocol, body, ttl))


def capture(path: Path, frames: Iterable[bytes], after_us: int = 1000) -> Path:
    """A pcapng of frames at eth0, so long after each other."""
    made = Capture()
    for frame in frames:
        made.add(frame, after_us=after_us)
    path.write_bytes(made.pcapng())
    return path


def passages(path: Path, settings: Config, **options: object) -> list[Passage]:
    """All packets, and what the router did by itself."""
    wanted = Wanted(**({"ports": PORTS, "answers": True} | options))  # type: ignore[arg-type]
    with Forward(str(path), settings, wanted) as run:
        return list(run.passages())


def packets(path: Path, settings: Config, **options: object) -> list[Passage]:
    """Those of the capture."""
    return [one for one in passages(path, settings, **options) if one.number]
