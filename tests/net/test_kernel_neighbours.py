# SPDX-License-Identifier: Apache-2.0
"""The kernel's neighbour table, mirrored: resolution is asked for, changes are told, a collected entry is asked for again."""

import asyncio
import ctypes
import threading
from ipaddress import ip_address
from pathlib import Path

import pytest

from bfd_fastpath.net.kernel_neighbours import KernelNeighbours, NoInterfaceError
from tests.interop.support.lan import Lan

pytestmark = pytest.mark.root

OURS, PEER, PEER6, NOBODY = "198.51.100.1", "198.51.100.2", "2001:db8::2", "198.51.100.9"
NET_NAMESPACE = 0x40000000


@pytest.fixture
def lan():
    lan = Lan()
    lan.member("a", f"{OURS}/24", "2001:db8::1/64")
    lan.member("b", f"{PEER}/24", f"{PEER6}/64")
    yield lan
    lan.close()


def inside(name: str, body) -> None:
    """Runs body() on a loop in a thread that has entered the namespace; the rest of the process stays outside."""
    failed: list[BaseException] = []

    def run() -> None:
        try:
            with Path(f"/run/netns/{name}").open() as file:
                if ctypes.CDLL(None, use_errno=True).setns(file.fileno(), NET_NAMESPACE):
                    raise OSError(ctypes.get_errno(), "setns")
            asyncio.run(asyncio.wait_for(body(), 30))
        except BaseException as error:
            failed.append(error)

    thread = threading.Thread(target=run)
    thread.start()
    thread.join()
    if failed:
        raise failed[0]


class Watch:
    """A mirror of eth0 and everything that it told, by address."""

    def __init__(self) -> None:
        self.told: dict[str, list[bytes | None]] = {}
        self.mirror = KernelNeighbours("eth0", self._hear, retry_s=0.05, refresh_s=0.2)

    def _hear(self, address, mac) -> None:
        self.told.setdefault(str(address), []).append(mac)

    def latest(self, address: str):
        return self.told.get(address, ["nothing"])[-1]

    async def until(self, address: str, mac: bytes | None) -> None:
        async with asyncio.timeout(10):
            while self.latest(address) != mac:
                await asyncio.sleep(0.01)


def mac_of(space) -> bytes:
    return bytes.fromhex(space.run("cat", "/sys/class/net/eth0/address").strip().replace(":", ""))


def test_wanted_neighbours_of_both_families_are_resolved_and_told(lan):
    mac = mac_of(lan.members["b"])

    async def body():
        watch = Watch()
        await watch.mirror.start()
        for address in (PEER, PEER6):
            watch.mirror.want(ip_address(address))
        for address in (PEER, PEER6):
            await watch.until(address, mac)
        assert watch.mirror.known() == {ip_address(PEER): mac, ip_address(PEER6): mac}
        await watch.mirror.close()

    inside(lan.members["a"].name, body)


def test_an_entry_that_the_kernel_had_before_is_told(lan):
    mac = mac_of(lan.members["b"])
    lan.members["a"].run(
        "ip", "neigh", "add", PEER, "lladdr", mac.hex(":"), "nud", "permanent", "dev", "eth0"
    )

    async def body():
        watch = Watch()
        await watch.mirror.start()
        watch.mirror.want(ip_address(PEER))
        await watch.until(PEER, mac)
        await watch.mirror.close()

    inside(lan.members["a"].name, body)


def test_a_neighbour_that_does_not_answer_is_told_as_unresolved(lan):
    async def body():
        watch = Watch()
        await watch.mirror.start()
        watch.mirror.want(ip_address(NOBODY))
        await watch.until(NOBODY, None)
        assert watch.mirror.known() == {}
        await watch.mirror.close()

    inside(lan.members["a"].name, body)


def test_a_changed_mac_address_is_told(lan):
    peer, new = lan.members["b"], bytes.fromhex("020000000077")

    async def body():
        watch = Watch()
        await watch.mirror.start()
        watch.mirror.want(ip_address(PEER))
        await watch.until(PEER, mac_of(peer))
        peer.run("ip", "link", "set", "eth0", "address", new.hex(":"))
        lan.members["a"].run("ip", "neigh", "flush", "dev", "eth0")
        await watch.until(PEER, new)
        await watch.mirror.close()

    inside(lan.members["a"].name, body)


def test_a_collected_entry_is_asked_for_again_without_a_word(lan):
    ours, mac = lan.members["a"], mac_of(lan.members["b"])

    async def body():
        watch = Watch()
        await watch.mirror.start()
        watch.mirror.want(ip_address(PEER))
        await watch.until(PEER, mac)
        ours.run("ip", "neigh", "del", PEER, "dev", "eth0")
        async with asyncio.timeout(10):
            while "lladdr" not in ours.run("ip", "neigh", "show", PEER):
                await asyncio.sleep(0.01)
        await watch.mirror.close()
        assert set(watch.told[PEER]) == {mac}

    inside(ours.name, body)


def test_what_nobody_wants_is_not_told(lan):
    async def body():
        watch = Watch()
        await watch.mirror.start()
        watch.mirror.want(ip_address(PEER))
        watch.mirror.unwant(ip_address(PEER))
        watch.mirror.want(ip_address(PEER6))
        await watch.until(PEER6, mac_of(lan.members["b"]))
        lan.members["a"].run(
            "ip", "neigh", "replace", PEER, "lladdr", "02:00:00:00:00:99", "nud", "permanent", "dev", "eth0"
        )
        assert PEER not in watch.told
        await watch.mirror.close()

    inside(lan.members["a"].name, body)


def test_an_interface_that_does_not_exist_is_one_sentence():
    with pytest.raises(NoInterfaceError, match=r"no interface nowhere0 in this network namespace; correct"):
        asyncio.run(KernelNeighbours("nowhere0", lambda address, mac: None).start())
