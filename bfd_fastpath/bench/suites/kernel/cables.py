# SPDX-License-Identifier: Apache-2.0
"""Network namespaces: one of the source, and one of each router, with a cable from it to the source."""

import asyncio
import json
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass

from bfd_fastpath.bench.suites.kernel.wire import Wire
from bfd_fastpath.lab.netspace import Space


@dataclass(frozen=True, slots=True)
class Cables:
    """A router's interface is eth0; interfaces: the source's, in the order of the routers."""

    source: Space
    routers: tuple[Space, ...]
    interfaces: tuple[str, ...]


@contextmanager
def cabled(name: str, routers: Sequence[str], cpu: int) -> Iterator[Cables]:
    """cpu: the core on which the kernel does what is to be done for a packet that comes to a router."""
    with ExitStack() as stack:
        spaces = [Space(f"{name}-{one}") for one in ("source", *routers)]
        for space in spaces:
            stack.callback(_close, space)
            space.make()
        source, *others = spaces
        interfaces = tuple(f"to-{one}" for one in routers)
        for interface, space in zip(interfaces, others, strict=True):
            space.run(
                *("ip", "link", "add", "eth0", "type", "veth"),
                *("peer", "name", interface, "netns", source.name),
            )
            for end, at in ((space, "eth0"), (source, interface)):
                end.run("sysctl", "-qw", f"net.ipv6.conf.{at}.disable_ipv6=1")
                # Checksums are otherwise left to a NIC that does not exist here.
                end.run("ethtool", "-K", at, "tx", "off", "gro", "off", "gso", "off", "tso", "off")
                end.run("ip", "link", "set", at, "up")
            _receive_on(space, cpu)
        yield Cables(source, tuple(others), interfaces)


def _close(space: Space) -> None:
    asyncio.run(space.close())


def _receive_on(space: Space, cpu: int) -> None:
    """A veth's packets would otherwise be handled on the sender's core."""
    words = [0] * (cpu // 32 + 1)
    words[0] = 1 << cpu % 32
    mask = ",".join(f"{word:x}" for word in words)
    space.run("sh", "-c", f"echo {mask} >/sys/class/net/eth0/queues/rx-0/rps_cpus")


def route_by_kernel(space: Space, source: Space, interface: str, wire: Wire) -> None:
    """The kernel of a namespace is the router: what it is sent it sends back to where it came from."""
    mac = json.loads(source.run("ip", "-j", "link", "show", interface))[0]["address"]
    family = f"ipv{wire.family}"
    if wire.family == 6:
        space.run("sysctl", "-qw", "net.ipv6.conf.eth0.disable_ipv6=0", "net.ipv6.conf.all.forwarding=1")
    else:
        settings = ("ip_forward=1", "conf.all.send_redirects=0", "conf.eth0.send_redirects=0")
        space.run("sysctl", "-qw", *(f"net.{family}.{one}" for one in settings))
    extra = " nodad" if wire.family == 6 else ""
    lines = [f"addr add {wire.router}/{wire.length} dev eth0{extra}"]
    lines += [f"neigh add {wire.source} lladdr {mac} dev eth0 nud permanent"]
    lines += [f"route add {route} via {wire.source} dev eth0" for route in wire.routes()]
    with tempfile.NamedTemporaryFile("w", suffix=".ip") as file:
        file.write("\n".join(lines) + "\n")
        file.flush()
        space.run("ip", "-batch", file.name)
