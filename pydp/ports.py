# SPDX-License-Identifier: Apache-2.0
"""Ports: a NIC or its stand-in, by any DPDK devargs, or the ends of an in-memory link. No packets here; see
burst and engine.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pydp import pmdinfo
from pydp.addresses import mac_octets, mac_text
from pydp.eal_line import pci_address
from pydp.errors import DriverError, InvalidArgumentError, PydpError, UnsupportedError, raise_status
from pydp.ffi import ffi, lib, text
from pydp.handle import PortHandle

_NO_ETHDEV = 65535
#: Queues of a port.
QUEUES_MOST = 16
#: What a packet buffer has room for, beside its headroom, the frame's header and its FCS.
_MTU_MOST = 65_000
_INSTALL = " (Debian: apt-get install librte-meta-net)"


@dataclass(frozen=True, slots=True)
class PortInfo:
    """What a port is."""

    #: DPDK's device name, or the link end's name ("cable.0").
    name: str
    #: "net_af_packet", "memory-link"...
    driver: str
    #: "02:00:00:00:00:01".
    mac: str
    #: Octets of IP in a frame.
    mtu: int
    #: DPDK's number of the port; None for an end of a link on rings of our own.
    ethdev_id: int | None
    link_up: bool
    #: True when a worker can sleep on this port until a packet comes.
    rx_interrupts: bool
    #: Megabit per second; 0 unknown.
    speed_mbps: int
    #: NUMA node; -1 any.
    numa_node: int
    #: True while Port.cut is on.
    cut: bool
    #: Receive queues, and as many transmit queues.
    queues: int


@dataclass(frozen=True, slots=True)
class PortStats:
    """Packets and octets since the port was opened."""

    rx_packets: int
    rx_bytes: int
    #: Lost because the receive queue was full.
    rx_missed: int
    rx_errors: int
    #: Lost because no packet buffer was free.
    rx_nombuf: int
    tx_packets: int
    tx_bytes: int
    tx_errors: int
    #: Dropped by Port.cut.
    tx_cut: int


@dataclass(frozen=True, slots=True)
class LoadStats:
    """What came to a port by the clock (Port.load), in packets."""

    offered: int
    #: Received.
    delivered: int
    #: Lost because the queue was full.
    missed: int
    #: Packets of the link's other end that were lost so.
    far_missed: int
    #: Of both, those lost in a look that found more than an eighth of a queue of fresh data: nobody had
    #: looked for that long.
    away_missed: int
    away_far_missed: int


class Port(PortHandle):
    """An open port. Close it after the engine that it is attached to is closed; `with` does.

    `devargs` are DPDK's: "net_af_packet0,iface=eth1", "net_null0", "0000:03:00.0" (which eal.init must have
    been told). Descriptors and mbufs 0: chosen by the library. `queues` (1 to 16): receive queues, by which
    the driver spreads flows as far as it can, and transmit queues; for an engine with so many workers.
    `mtu`: octets of an IP packet at most, for which buffers are large enough (0: what the driver begins with,
    mostly 1500). Raises DriverError with the driver's reason and a remedy, UnsupportedError when the driver
    has fewer queues or a smaller MTU, OutOfMemoryError, StateError before eal.init.
    """

    def __init__(
        self,
        devargs: str,
        *,
        rx_descriptors: int = 0,
        tx_descriptors: int = 0,
        mbufs: int = 0,
        promiscuous: bool = False,
        queues: int = 1,
        mtu: int = 0,
    ) -> None:
        _check_queues(queues)
        _check_mtu(mtu)
        name = ffi.new("char[]", devargs.encode())
        config = ffi.new(
            "struct pydp_port_config *",
            {
                "devargs": name,
                "rx_descriptors": rx_descriptors,
                "tx_descriptors": tx_descriptors,
                "mbufs": mbufs,
                "promiscuous": promiscuous,
                "queues": queues,
                "mtu": mtu,
            },
        )
        opened = ffi.new("pydp_port_t **")
        try:
            raise_status(lib.pydp_port_open(config, opened))
        except DriverError as error:
            raise DriverError(f"{error.text}{_remedy(devargs)}", error.status) from error
        self._adopt(int(ffi.cast("uintptr_t", opened[0])))

    @classmethod
    def _wrap(cls, pointer: Any) -> "Port":
        port = cls.__new__(cls)
        port._adopt(int(ffi.cast("uintptr_t", pointer)))
        return port

    @property
    def _c(self) -> Any:
        return ffi.cast("pydp_port_t *", self._address())

    def close(self) -> None:
        """Stop and close the port. Closing twice changes nothing. BusyError while it is attached to an
        engine.
        """
        if self.alive:
            raise_status(lib.pydp_port_close(self._c))
            self._release()

    def info(self) -> PortInfo:
        """What the port is at this moment."""
        info = ffi.new("struct pydp_port_info *")
        raise_status(lib.pydp_port_info(self._c, info))
        return PortInfo(
            name=text(info.name),
            driver=text(info.driver),
            mac=mac_text(info.mac.octets),
            mtu=info.mtu,
            ethdev_id=None if info.ethdev_id == _NO_ETHDEV else info.ethdev_id,
            link_up=bool(info.link_up),
            rx_interrupts=bool(info.rx_interrupts),
            speed_mbps=info.speed_mbps,
            numa_node=info.numa_node,
            cut=bool(info.cut),
            queues=info.queues,
        )

    def stats(self) -> PortStats:
        """Counters of the port."""
        stats = ffi.new("struct pydp_port_stats *")
        raise_status(lib.pydp_port_stats(self._c, stats))
        return PortStats(**{name: getattr(stats, name) for name in PortStats.__dataclass_fields__})

    def cut(self, on: bool = True) -> None:
        """Drop everything that this port transmits (one direction of a cut cable), or let it pass again. Any
        thread.
        """
        raise_status(lib.pydp_port_cut(self._c, int(on)))

    def load(self, frames: Sequence[bytes], capacity: int) -> None:
        """Let `frames`, all of one length (14 to 1514 octets), come to this end of an in-memory link by the
        clock, one after the other and again, once load_rate() says how fast. They share a receive queue of
        `capacity` packets with what the other end sends, and are written by whoever receives. In place of the
        load before. Raises BusyError while attached, UnsupportedError for any other port.
        """
        if len({len(one) for one in frames}) != 1:
            raise InvalidArgumentError("a load's frames have one length, and there is one at least")
        octets = ffi.new("uint8_t[]", b"".join(frames))
        config = ffi.new(
            "struct pydp_load_config *",
            {"frames": octets, "count": len(frames), "length": len(frames[0]), "capacity": capacity},
        )
        raise_status(lib.pydp_port_load(self._c, config))

    def load_rate(self, pps: float) -> None:
        """Packets a second of the load; 0: none. Any thread. Raises StateError without a load."""
        raise_status(lib.pydp_port_load_rate(self._c, round(pps * 1000)))

    def load_stats(self) -> LoadStats:
        """Of the load. Raises StateError without one."""
        stats = ffi.new("struct pydp_load_stats *")
        raise_status(lib.pydp_port_load_stats(self._c, stats))
        return LoadStats(**{name: getattr(stats, name) for name in LoadStats.__dataclass_fields__})

    def __repr__(self) -> str:
        try:
            return f"<Port {self.info().name}>"
        except PydpError:
            return "<Port closed>"


def link(
    name: str,
    *,
    capacity: int = 0,
    ethdev: bool = False,
    queues: int = 1,
    mtu: int = 0,
    mac: str | bytes | None = None,
) -> tuple[Port, Port]:
    """The two ends, NAME.0 and NAME.1, of a cable in this process: no root, no NIC.

    `capacity` is packets in flight a direction, a power of two (0: 1024); `ethdev` makes each end a DPDK
    port, of which a process has 32; `mac` is that of end 0 (None: made up), without ethdev. Each end has
    `queues` (1 to 16; of an ethdev 1) receive queues, by which the sender spreads flows, each with that
    capacity, and an MTU of `mtu` octets (0: 1500). Raises InvalidArgumentError, OutOfMemoryError, StateError
    before eal.init.
    """
    _check_queues(queues)
    _check_mtu(mtu)
    label = ffi.new("char[]", name.encode())
    config = ffi.new(
        "struct pydp_link_config *",
        {"name": label, "capacity": capacity, "ethdev": ethdev, "queues": queues, "mtu": mtu},
    )
    ffi.memmove(config.mac.octets, bytes(6) if mac is None else mac_octets(mac), 6)
    ends = ffi.new("pydp_port_t *[2]")
    raise_status(lib.pydp_link_create(config, ends, ends + 1))
    return Port._wrap(ends[0]), Port._wrap(ends[1])


def _check_queues(queues: int) -> None:
    if not 1 <= queues <= QUEUES_MOST:
        raise InvalidArgumentError(f"a port has 1 to {QUEUES_MOST} queues, not {queues}")


def _check_mtu(mtu: int) -> None:
    if not 0 <= mtu <= _MTU_MOST:
        raise InvalidArgumentError(f"an MTU of {mtu} octets: a buffer holds {_MTU_MOST} at most")


def port_count() -> int:
    """How many ethdevs exist in this process."""
    return int(lib.pydp_port_count())


def xdp_program() -> Path:
    """The XDP object for net_af_xdp's `xdp_prog=`: it redirects what the engine owns and leaves the rest to
    the kernel.

    Raises UnsupportedError when this build has none.
    """
    path = Path(__file__).resolve().parent / "_lib" / "bfd_redirect.o"
    if not path.exists():
        raise UnsupportedError(
            "this build has no XDP program; build again with clang and libbpf-dev installed"
        )
    return path


def _remedy(devargs: str) -> str:
    """What to do about a port that did not probe, as far as the machine shows it; "" otherwise."""
    address = pci_address(devargs)
    if address is not None:
        for service in pmdinfo.services([one for one in pmdinfo.pci_devices() if one.address == address]):
            if not service.drivers:
                return f"; no installed DPDK driver serves {address}{_INSTALL}"
            if not service.ready:
                modules = " or ".join(
                    dict.fromkeys(name for one in service.drivers for name in one.kernel_modules)
                )
                return (
                    f"; {address} is bound to {service.device.bound_to or 'no kernel driver'}, "
                    f"its DPDK driver wants {modules or 'none'}: dpdk-devbind.py --bind=vfio-pci {address}"
                )
            return ""
        return f"; this machine has no PCI device {address}: `bfd-fastpath pmdinfo` lists those it has"
    if devargs.startswith("net_tap"):
        found = re.search(r",iface=([^,]+)", devargs)
        taken = f", and {found[1]} must not be there yet" if found else ""
        return f"; a TAP takes /dev/net/tun and CAP_NET_ADMIN (run as root, or setcap){taken}"
    names = [one.name for one in pmdinfo.drivers()]
    device = devargs.split(",", 1)[0]
    if device.startswith("net_") and not any(device.startswith(name) for name in names):
        return f"; no driver for {device} is installed{_INSTALL}"
    return ""
