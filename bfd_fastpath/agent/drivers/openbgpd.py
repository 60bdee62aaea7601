# SPDX-License-Identifier: Apache-2.0
"""OpenBGPD: `deny quick` rules in a file that it includes before its own filters, and `bgpctl reload`."""

import json
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from ipaddress import IPv4Address, ip_address
from typing import Any

from bfd_fastpath.agent import tool
from bfd_fastpath.agent.driver import DriverError, Neighbour, Wanted, ordered, version
from bfd_fastpath.agent.settings import RouteServer
from bfd_fastpath.config.model import Address

HEAD = "# Written by bfd-fastpath rs-agent: next hops that a client cannot reach. Changes here are lost.\n"
_DONE = "request processed"
#: Nothing asks this set: its name is what tells bgpd's texts apart.
_SET = "prefix-set rs-bfd-{} {{ 192.0.2.0/32 }}\n"


class Openbgpd:
    """`bgpctl` and `bgpd` are looked for on the PATH."""

    def __init__(self, settings: RouteServer) -> None:
        self._socket = ["-s", str(settings.control_socket)] if settings.control_socket is not None else []
        self._config = settings.config_file
        self._timeout_s = settings.timeout_us / 1e6

    def text(self, wanted: Wanted) -> str:
        """Rules that bgpd accepts: one that named an unknown neighbour would fail the next start or
        reload."""
        if not wanted.excluded:
            return versioned("")
        neighbours = self.neighbours()
        if not neighbours:
            raise DriverError("bgpd has no neighbours (yet)")
        return versioned("".join(rules(wanted.excluded, neighbours)))

    def reload(self) -> None:
        """bgpctl ends with 0 even when bgpd refuses; its words decide, and bgpd is asked for the reason."""
        said = tool.run(["bgpctl", *self._socket, "reload"], self._timeout_s)
        if _DONE not in said:
            raise DriverError(self._reason() or tool.words(said))

    def has(self, text: str) -> bool:
        said = tool.run(["bgpctl", *self._socket, "-j", "show", "sets"], self._timeout_s)
        try:
            names = {one["name"].removeprefix("rs-bfd-") for one in json.loads(said)["sets"]}
        except (ValueError, KeyError, TypeError):
            raise DriverError(_unread(said)) from None
        return any(_SET.format(name).strip() in text.splitlines() for name in names)

    def neighbours(self) -> list[Neighbour]:
        said = tool.run(["bgpctl", *self._socket, "-j", "show", "neighbor"], self._timeout_s)
        try:
            answer = json.loads(said)
            if answer.get("error") == "no such neighbor":
                return []
            return [found for one in answer["neighbors"] if (found := _neighbour(one))]
        except (ValueError, KeyError, TypeError):
            raise DriverError(_unread(said)) from None

    def next_hops(self) -> frozenset[Address]:
        """bgpd keeps a list of them, which says nothing about routes: those that are no neighbour's."""
        said = tool.run(["bgpctl", *self._socket, "-j", "show", "nexthop"], self._timeout_s)
        try:
            found = frozenset(ip_address(one["address"]) for one in json.loads(said).get("nexthops", ()))
        except (ValueError, KeyError, TypeError, AttributeError):
            raise DriverError(_unread(said)) from None
        return found - {one.address for one in self.neighbours()}

    def _reason(self) -> str:
        """Why bgpd refuses its configuration: it tells its log, and whoever has it checked."""
        if self._config is None:
            return ""
        try:
            tool.run(["bgpd", "-n", "-f", str(self._config)], self._timeout_s)
        except DriverError as error:
            return str(error)
        return ""


def versioned(text: str) -> str:
    """With the set that `Openbgpd.has` looks for."""
    return HEAD + _SET.format(version(text)) + text


def _unread(said: str) -> str:
    return f"bgpctl's answer cannot be read: {tool.words(said)[:200]}"


def _neighbour(one: Mapping[str, Any]) -> Neighbour | None:
    """None for a template, which has no address of one host."""
    try:
        address = ip_address(one["remote_addr"])
    except ValueError:
        return None
    identifier = one.get("bgpid")
    established = one.get("state") == "Established" and identifier not in (None, "0.0.0.0")
    return Neighbour(address, int(one["remote_as"]), IPv4Address(identifier) if established else None)


def rules(excluded: Mapping[Address, tuple[Address, ...]], neighbours: Iterable[Neighbour]) -> Iterator[str]:
    """One rule a next hop, for all clients that lost it.

    A client is named by its AS where every neighbour of that AS lost the next hop, else by address. bgpd
    refuses addresses that are no neighbour's, and takes any AS: so an operator can remove a neighbour while
    a rule is there.
    """
    of_as: dict[int, set[Address]] = defaultdict(set)
    asn_of: dict[Address, int] = {}
    for neighbour in neighbours:
        of_as[neighbour.asn].add(neighbour.address)
        asn_of[neighbour.address] = neighbour.asn
    lost: dict[Address, set[Address]] = defaultdict(set)
    for client, hops in excluded.items():
        for hop in hops if client in asn_of else ():
            lost[hop].add(client)
    for hop in sorted(lost, key=ordered):
        clients = lost[hop]
        whole = {asn for asn in {asn_of[client] for client in clients} if of_as[asn] <= clients}
        single = (client for client in clients if asn_of[client] not in whole)
        names = [f"AS {asn}" for asn in sorted(whole)] + [str(one) for one in sorted(single, key=ordered)]
        yield f"deny quick to {{ {' '.join(names)} }} nexthop {hop}\n"
