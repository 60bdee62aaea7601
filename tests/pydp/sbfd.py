# SPDX-License-Identifier: Apache-2.0
"""S-BFD at the end of a cable: an engine that asks or reflects, and the questions and answers of scapy's at the other end.

192.0.2.1 and 2001:db8::1 ask, .2 and ::2 reflect; whatever is at the other end of the cable can say what it likes."""

import dataclasses
from ipaddress import ip_address, ip_network
from typing import Any

from scapy.contrib.bfd import BFD
from scapy.layers.inet import IP, UDP
from scapy.layers.inet6 import IPv6
from scapy.layers.l2 import Ether

import pydp
from pydp import PathType

MS = 1_000_000
REFLECTOR = 0x0BADCAFE
ASKERS = {4: ip_address("192.0.2.1"), 6: ip_address("2001:db8::1")}
REFLECTORS = {4: ip_address("192.0.2.2"), 6: ip_address("2001:db8::2")}
REFLECTING = pydp.ReflectorConfig(
    discriminators=(REFLECTOR, 7),
    allowed_prefixes=(ip_network("192.0.2.0/25"), ip_network("2001:db8::/64")),
    required_min_rx_interval_us=20_000,
)


def asking(family: int, **changes: Any) -> pydp.SessionConfig:
    wanted = pydp.SessionConfig(
        source_addr=ASKERS[family],
        dest_addr=REFLECTORS[family],
        path_type=PathType.S_BFD,
        remote_discriminator=REFLECTOR,
        desired_min_tx_interval_us=50_000,
        required_min_rx_interval_us=0,
    )
    return dataclasses.replace(wanted, **changes)


def session_of(engine: pydp.Engine, session: int) -> pydp.SessionState:
    return engine.sessions.read(session)


class End:
    """One engine, and the far end of its cable for scapy."""

    def __init__(self, name: str, pool: pydp.Mempool, addresses: dict[int, Any]) -> None:
        self.pool = pool
        self.ours, self.theirs = pydp.link(name)
        self.engine = pydp.Engine(name, seed=1)
        self.engine.attach(self.ours)
        for address, length in ((addresses[4], 24), (addresses[6], 64)):
            self.engine.address_add(0, f"{address}/{length}")
        self.engine.address_add(0, f"{addresses[4]}/24", vlan=9)
        self.now_ns = 1_000_000_000
        self.engine.step(self.now_ns)

    def run(self, milliseconds: int) -> None:
        for _ in range(milliseconds):
            self.now_ns += MS
            self.engine.step(self.now_ns)

    def send(self, frame: Any) -> None:
        burst = pydp.Burst(1)
        burst.append(self.pool, bytes(frame))
        assert burst.transmit(self.theirs) == 1
        self.run(1)

    def sent(self) -> list[Any]:
        burst = pydp.Burst(32)
        found = []
        while burst.receive(self.theirs):
            found += [Ether(bytes(burst.view(i))) for i in range(len(burst))]
            burst.clear()
        return [one for one in found if UDP in one]

    def drops(self) -> dict[str, int]:
        return self.engine.stats.drops(0)

    def close(self) -> None:
        self.engine.close()
        self.ours.close()
        self.theirs.close()


def question(engine: End, family: int = 4, **changes: Any) -> Any:
    """What an initiator sends: D, RequiredMinRx 0, from a port of its own."""
    udp = {"sport": 50000, "dport": 7784} | {k: changes.pop(k) for k in ("sport", "dport") if k in changes}
    ends = {"src": str(ASKERS[family]), "dst": str(REFLECTORS[family])}
    ends |= {k: changes.pop(k) for k in ("src",) if k in changes}
    ip = IP(**ends, ttl=255) if family == 4 else IPv6(**ends, hlim=255)
    ether = Ether(dst=engine.ours.info().mac, src=changes.pop("mac", "02:00:00:00:00:01"))
    bfd = {"my_discriminator": 77, "your_discriminator": REFLECTOR, "flags": "D", "sta": 1, "detect_mult": 5}
    bfd |= {"min_tx_interval": 123_456, "min_rx_interval": 0, "echo_rx_interval": 0}
    return ether / ip / UDP(**udp) / BFD(**(bfd | changes))


def reply(asked: Any, **changes: Any) -> Any:
    """What a reflector makes of a question, by RFC 7880 7.2.2 and RFC 7881 6, written a second time."""
    network: Any
    if IP in asked:
        network = IP(src=asked[IP].dst, dst=asked[IP].src, ttl=255)
    else:
        network = IPv6(src=asked[IPv6].dst, dst=asked[IPv6].src, hlim=255)
    udp = UDP(sport=changes.pop("sport", asked[UDP].dport), dport=asked[UDP].sport)
    bfd = {
        "my_discriminator": asked[BFD].your_discriminator,
        "your_discriminator": asked[BFD].my_discriminator,
        "detect_mult": asked[BFD].detect_mult,
        "min_tx_interval": asked[BFD].min_tx_interval,
        "min_rx_interval": 20_000,
        "echo_rx_interval": 0,
        "sta": 3,
        "flags": 0,
    }
    return Ether(dst=asked.src, src=asked.dst) / network / udp / BFD(**(bfd | changes))
