# SPDX-License-Identifier: Apache-2.0
"""What the kernel has to do with our packets: AF_XDP, other programs and firewalls at BFD's ports, limits of
sockets."""

import json
from collections.abc import Iterator
from typing import Any

from bfd_fastpath.doctor.finding import Check, Seen, State
from bfd_fastpath.doctor.lasting import sysctl
from bfd_fastpath.doctor.machine import Machine
from bfd_fastpath.doctor.user import ADMIN, BPF, NET_RAW, capabilities
from bfd_fastpath.doctor.wanted import PortKind, Wanted

#: RFC 5881, 5883, 7130 and 7881.
BFD_PORTS = {3784: "single hop", 3785: "echo", 4784: "multihop", 6784: "micro-BFD", 7784: "S-BFD"}
_BGP = 179
#: Octets that a socket may ask for.
_BUFFER = 1 << 22


def _af_xdp(machine: Machine, wanted: Wanted) -> Iterator[Seen]:
    needed = any(port.kind is PortKind.AF_XDP for port in wanted.ports)
    missing = []
    if machine.kernel_options and machine.kernel_options.get("CONFIG_XDP_SOCKETS") != "y":
        missing.append("this kernel has no AF_XDP (CONFIG_XDP_SOCKETS)")
    if not any(one.name == "net_af_xdp" for one in machine.installed):
        missing.append("the plug-in net_af_xdp is not installed (apt-get install librte-net-af-xdp23)")
    if machine.number("/proc/sys/net/core/bpf_jit_enable") == 0:
        missing.append("programs of the kernel are interpreted (net.core.bpf_jit_enable=0)")
    held = capabilities(machine)
    if held is not None and not (held & NET_RAW and held & (BPF | ADMIN)):
        missing.append("this user has not CAP_NET_RAW and CAP_BPF")
    if missing:
        bad = needed and not missing[0].startswith("programs")
        command = sysctl("net.core.bpf_jit_enable", 1) if any("jit" in one for one in missing) else ("", "")
        yield Seen(State.BAD if bad else State.WARN, "; ".join(missing), "", *command)
    elif not machine.kernel_options:
        yield Seen(State.UNKNOWN, "the plug-in is there; whether the kernel has AF_XDP is not told")
    else:
        yield Seen(State.OK, "the kernel has AF_XDP, DPDK its plug-in, this user the capabilities")


def _holders(machine: Machine) -> Iterator[tuple[int, str]]:
    """(port, file) of UDP sockets that are bound to one of BFD's ports."""
    for path in ("/proc/net/udp", "/proc/net/udp6"):
        for line in (machine.text(path) or "").splitlines()[1:]:
            words = line.split()
            if len(words) > 1 and ":" in words[1]:
                port = int(words[1].rpartition(":")[2], 16)
                if port in BFD_PORTS:
                    yield port, path


def _bfd_ports(machine: Machine, wanted: Wanted) -> Iterator[Seen]:
    if machine.text("/proc/net/udp") is None:
        yield Seen(State.UNKNOWN, "UDP sockets cannot be listed")
        return
    held = sorted({port for port, _ in _holders(machine)})
    if held:
        ports = " or ".join(f"sport = :{port}" for port in held)
        who = ", ".join(f"{port} ({BFD_PORTS[port]})" for port in held)
        now = (
            f"another program has UDP port {who}: two programs would answer the same hellos. ss -ulnp '( "
            f"{ports} )' names it"
        )
        yield Seen(
            State.WARN,
            now,
            "sockets",
            "sed -i 's/^bfdd=yes/bfdd=no/' /etc/frr/daemons && systemctl restart frr",
        )
    else:
        yield Seen(State.OK, "no other program has BFD's UDP ports", "sockets")
    yield _firewall(machine)


def _firewall(machine: Machine) -> Seen:
    text = machine.ask("nft", "-j", "list", "ruleset")
    try:
        items = json.loads(text)["nftables"] if text else None
    except (ValueError, KeyError, TypeError):
        items = None
    if items is None:
        return Seen(State.UNKNOWN, "the firewall's rules cannot be read (nft -j list ruleset)", "firewall")
    closed = [
        f"{one['family']} {one['table']} {one['name']}"
        for item in items
        if (one := item.get("chain"))
        and one.get("policy") == "drop"
        and one.get("hook") in ("input", "prerouting", "ingress")
    ]
    rules = [one for item in items if (one := item.get("rule"))]
    dropped = sorted(
        {port for one in rules if _verdicts(one) & {"drop", "reject"} for port in _ports_of(one)}
    )
    let_in = {port for one in rules if "accept" in _verdicts(one) for port in _ports_of(one)}
    if dropped:
        now = f"rules of nftables drop ports {', '.join(map(str, dropped))}: nft list ruleset shows them"
        return Seen(State.WARN, now, "firewall")
    if closed and not {3784, _BGP} <= let_in:
        family, table, chain = closed[0].split()
        command = f"nft insert rule {family} {table} {chain} udp dport '{{ 3784, 3785, 4784 }}' accept; "
        command += f"nft insert rule {family} {table} {chain} tcp dport 179 accept"
        now = f"{closed[0]} drops what no rule accepts, and none accepts BFD and BGP"
        return Seen(State.WARN, now, "firewall", command, "nft list ruleset > /etc/nftables.conf")
    return Seen(State.OK, "no rule of nftables drops BFD or BGP", "firewall")


def _verdicts(rule: Any) -> set[str]:
    return {word for part in rule.get("expr", ()) if isinstance(part, dict) for word in part}


def _ports_of(rule: Any) -> set[int]:
    """Of BFD and BGP, those that a rule's matches name as destination ports."""
    found: set[int] = set()
    for part in rule.get("expr", ()):
        match = part.get("match", {}) if isinstance(part, dict) else {}
        left = match.get("left", {})
        if isinstance(left, dict) and left.get("payload", {}).get("field") == "dport":
            right = match.get("right")
            values = right.get("set", []) if isinstance(right, dict) else [right]
            found |= {one for one in values if isinstance(one, int)}
    return found & {*BFD_PORTS, _BGP}


def _limits(machine: Machine, wanted: Wanted) -> Iterator[Seen]:
    for name in ("rmem_max", "wmem_max"):
        value = machine.number(f"/proc/sys/net/core/{name}")
        if value is None:
            yield Seen(State.UNKNOWN, f"net.core.{name} cannot be read", name)
        elif value < _BUFFER:
            yield Seen(State.WARN, f"{value:,} octets", name, *sysctl(f"net.core.{name}", _BUFFER))
        else:
            yield Seen(State.OK, f"{value:,} octets", name)


CHECKS = (
    Check(
        "af-xdp",
        3,
        "By AF_XDP a port shares its wire with the kernel: BFD beside FRR or BIRD, on any NIC.",
        _af_xdp,
    ),
    Check(
        "bfd-ports",
        5,
        "Packets that DPDK takes meet no firewall; those for the kernel do: BGP behind a TAP, and "
        "another program's BFD.",
        _bfd_ports,
    ),
    Check(
        "socket-buffers",
        2,
        "A full table comes as a burst: from BGP's peers, and from the kernel by netlink, which loses "
        "what does not fit.",
        _limits,
    ),
)
