# SPDX-License-Identifier: Apache-2.0
"""`rib feed` into a running daemon, and `rib dump` out of it, as an operator would use them."""

import signal
import subprocess
import sys
from ipaddress import IPv4Address, ip_address, ip_network

import pytest

from bfd_fastpath.bench.daemons.daemon import free_port
from bfd_fastpath.cli.main import invoke
from bfd_fastpath.lab import feed
from bfd_fastpath.prefixes import Run
from bfd_fastpath.wire import mrt
from bfd_fastpath.wire.bgp import AsPath, Attributes, Origin
from bfd_fastpath.wire.bgp.attributes import encode_attributes
from tests.daemon.process import Daemon
from tests.interop.support.poll import until

ROUTES = 2500
ATTRIBUTES = encode_attributes(Attributes(Origin.IGP, AsPath.sequence(64501), ip_address("198.51.100.9")))
CONFIG = """
[router]
name = "r1"
asn = 64500
router-id = "192.0.2.1"
[[port]]
name = "lan0"
devargs = "net_null0"
addresses = ["198.51.100.1/24"]
[bfd]
enabled = false
[[neighbor]]
address = "127.0.0.1"
remote-as = 64499
passive = true
port = {port}
families = ["ipv4-unicast"]
"""


@pytest.fixture
def dump(tmp_path):
    file = tmp_path / "in.mrt"
    octets = mrt.peer_table(
        7,
        IPv4Address("192.0.2.250"),
        [mrt.Peer(64499, IPv4Address("192.0.2.250"), ip_address("198.51.100.250"))],
    )
    for number in range(ROUTES):
        (run,) = Run.of([ip_network((0x14000000 + (number << 8), 24))])
        octets += mrt.rib(7, number, mrt.RibRecord(4, run.octets, (mrt.RibEntry(0, 7, ATTRIBUTES),)))
    file.write_bytes(octets)
    return file


def test_a_dump_goes_in_and_the_same_routes_come_out(tmp_path, dump, capsys):
    port = free_port("127.0.0.1")
    with Daemon(tmp_path, CONFIG.replace("{port}", str(port))) as daemon:
        words = [
            "rib",
            "feed",
            str(dump),
            "--as",
            "64499",
            "--to",
            "127.0.0.1",
            "--port",
            str(port),
            "--next-hop",
            "198.51.100.7",
        ]
        feeding = subprocess.Popen(
            [sys.executable, "-m", "bfd_fastpath", *words],
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        try:
            until(lambda: daemon.ask("show-reporter")["peers"][0]["routes"] == ROUTES, what="the routes")
            out = tmp_path / "out.mrt.gz"
            assert invoke(["rib", "dump", str(out), "--socket", str(daemon.socket)]) == 0
            assert str(out) in capsys.readouterr().out
        finally:
            feeding.send_signal(signal.SIGINT)
            said, _ = feeding.communicate(timeout=30)
    assert feeding.returncode == 0
    assert f"Sent {ROUTES} prefixes" in said
    ((attributes, run),) = feed.load(out).runs(4)
    assert len(run) == ROUTES
    assert attributes == ATTRIBUTES.replace(bytes((198, 51, 100, 9)), bytes((198, 51, 100, 7)))
    assert not list(tmp_path.glob(".out*")), "nothing half written stays"


def test_what_cannot_be_done_is_one_sentence(tmp_path, dump, capsys):
    (tmp_path / "no.mrt").write_bytes(b"this is no dump at all")
    (tmp_path / "empty.mrt").write_bytes(b"")
    common = ["--as", "64499", "--to", "127.0.0.1"]
    for file, words, text in (
        ("no.mrt", [], "cannot be read"),
        ("empty.mrt", [], "has no routes"),
        ("in.mrt", ["--from", "192.0.2.77"], "has no peer 192.0.2.77"),
        ("in.mrt", ["--listen", "127.0.0.1", "--local-address", "127.0.0.1"], "--listen waits"),
        ("in.mrt", ["--router-id", "::1"], "IPv4 address"),
        ("none.mrt", [], "does not exist"),
    ):
        assert invoke(["rib", "feed", str(tmp_path / file), *common, *words]) == 2
        assert text in capsys.readouterr().err
    assert invoke(["rib", "dump", str(tmp_path / "x"), "--socket", str(tmp_path / "nobody")]) == 4
    assert not (tmp_path / "x").exists()
