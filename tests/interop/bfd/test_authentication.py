# SPDX-License-Identifier: Apache-2.0
"""Authenticated sessions with BIRD 2: each type over IPv4 and IPv6, a wrong key, and a key changed under traffic."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from tests.interop.bfd.far_ends import OURS, THEIRS
from tests.interop.support.bird import Bird
from tests.interop.support.lan import Lan
from tests.interop.support.poll import stays, until
from tests.interop.support.product import Product

pytestmark = [pytest.mark.root, pytest.mark.interop("bird")]

#: BIRD's name of each type, and ours.
TYPES = {
    "simple": ("simple-password", False),
    "keyed md5": ("md5", False),
    "meticulous keyed md5": ("md5", True),
    "keyed sha1": ("sha-1", False),
    "meticulous keyed sha1": ("sha-1", True),
}
OLD, NEW = (1, "sixteen octets!!"), (2, "the next key")


@dataclass
class Pair:
    """Us and BIRD, with keys by id in order of use."""

    kind: str
    lan: Lan
    folder: Path
    ours: list[tuple[int, str]] = field(default_factory=lambda: [OLD])
    theirs: list[tuple[int, str]] = field(default_factory=lambda: [OLD])

    def __post_init__(self) -> None:
        near = self.lan.member("near", f"{OURS['v4']}/24", f"{OURS['v6']}/64", kernel=False)
        far = self.lan.member("far", f"{THEIRS['v4']}/24", f"{THEIRS['v6']}/64")
        self.bird = Bird(far, self._bird())
        self.near = Product(near, self._configuration())

    def _bird(self) -> str:
        passwords = "".join(f'password "{text}" {{ id {number}; }}; ' for number, text in self.theirs)
        return (
            "router id 192.0.2.2;\nprotocol device {}\nprotocol bfd {\n"
            f'  interface "eth0" {{ interval 100 ms; multiplier 3; authentication {self.kind}; {passwords}}};\n'
            + "".join(f'  neighbor {OURS[one]} dev "eth0" local {THEIRS[one]};\n' for one in OURS)
            + "}\n"
        )

    def _configuration(self) -> str:
        algorithm, meticulous = TYPES[self.kind]
        keys = []
        for number, text in self.ours:
            file = self.folder / f"key-{number}"
            file.touch(0o600)
            file.write_text(text + "\n")
            keys.append(f'{{ key-id = {number}, crypto-algorithm = "{algorithm}", key-file = "{file}" }}')
        wanted = f'{{ key-chain = "lan", meticulous = {str(meticulous).lower()} }}'
        return (
            '[[port]]\nname = "lan"\ndevargs = "net_af_packet0,iface=eth0"\n'
            f'addresses = ["{OURS["v4"]}/24", "{OURS["v6"]}/64"]\n'
            f'[[key-chain]]\nname = "lan"\nkeys = [{", ".join(keys)}]\n'
            f'[bfd]\nmin-interval = "100ms"\nauthentication = {wanted}\n'
            + "".join(f'[[session]]\ninterface = "lan"\ndest-addr = "{THEIRS[one]}"\n' for one in OURS)
        )

    def set_ours(self, *keys: tuple[int, str]) -> None:
        self.ours = list(keys)
        self.near.write(self._configuration())
        self.near.reload()

    def set_theirs(self, *keys: tuple[int, str]) -> None:
        self.theirs = list(keys)
        self.bird.configure(self._bird())

    def session(self, family: str) -> dict[str, Any]:
        return self.near.sessions()[THEIRS[family]]

    def states(self) -> list[tuple[str, bool]]:
        seen = self.bird.bfd_sessions()
        return [
            (
                self.session(one)["session-running"]["local-state"],
                OURS[one] in seen and seen[OURS[one]].state == "Up",
            )
            for one in OURS
        ]

    def downs(self) -> int:
        return sum(self.session(one)["session-statistics"]["down-count"] for one in OURS)

    def both_up(self) -> None:
        until(self.states, lambda seen: seen == [("up", True)] * 2, bound=20, what="Up at both ends")


@pytest.fixture(params=TYPES, ids=lambda kind: kind.replace(" ", "-"))
def pair(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Pair]:
    with Lan() as lan:
        yield Pair(request.param, lan, tmp_path)


def test_up_with_each_type_and_a_key_changed_under_traffic(pair: Pair) -> None:
    pair.both_up()
    algorithm, meticulous = TYPES[pair.kind]
    for family in OURS:
        session = pair.session(family)
        assert session["authentication"] == {
            "key-chain": "lan",
            "meticulous": meticulous,
            "key-id": OLD[0],
            "crypto-algorithm": algorithm,
        }
        assert session["session-running"]["remote-authenticated"] is True
    pair.set_ours(OLD, NEW)
    pair.set_theirs(OLD, NEW)
    stays(pair.states, lambda seen: seen == [("up", True)] * 2, seconds=0.7)
    pair.set_theirs(NEW, OLD)
    until(
        lambda: [pair.session(one)["authentication"]["key-id"] for one in OURS],
        lambda keys: keys == [NEW[0]] * 2,
        what="the key that BIRD uses",
    )
    pair.set_ours(NEW)
    pair.set_theirs(NEW)
    stays(pair.states, lambda seen: seen == [("up", True)] * 2, seconds=0.7)
    assert pair.downs() == 0
    for family in OURS:
        assert pair.session(family)["session-statistics"]["receive-invalid-packet-count"] == 0
    assert NEW[1] not in pair.near.log.read_text() + str(pair.near.sessions())


def test_another_key_stays_down_and_is_counted(tmp_path: Path) -> None:
    with Lan() as lan:
        pair = Pair("meticulous keyed sha1", lan, tmp_path, theirs=[(1, "guessed")])
        for family in OURS:
            found = until(
                lambda family=family: pair.near.ask("show-sessions", address=THEIRS[family])["sessions"][0],
                lambda one: bool(one["refused"]),
                what="a refused packet",
            )
            assert {one["name"] for one in found["refused"]} == {"drop-bfd-auth-digest"}
            assert found["session-running"]["local-state"] == "down"
            assert found["session-running"]["remote-authenticated"] is False
