# SPDX-License-Identifier: Apache-2.0
"""Two daemons on one LAN, each a process in a namespace of its own: how one leaves, as the other sees it."""

import json
import signal
import time

import pytest

from tests.interop.support.lan import Lan
from tests.interop.support.poll import until
from tests.interop.support.product import Product

pytestmark = pytest.mark.root

A, B = "198.51.100.1", "198.51.100.2"


def configuration(ours: str, theirs: str, *, multiplier: int = 3, more: str = "") -> str:
    return f"""
        [[port]]
        name = "lan0"
        devargs = "net_af_packet0,iface=eth0"
        {more}
        addresses = ["{ours}/24"]
        [[session]]
        interface = "lan0"
        dest-addr = "{theirs}"
        local-multiplier = {multiplier}
        min-interval = "100ms"
        [log]
        format = "json"
    """


@pytest.fixture
def pair(request):
    """a and b, Up to each other; parameter: the multiplier, 3 without."""
    lan = Lan()
    try:
        daemons = [
            Product(
                lan.member(name, f"{ours}/24", kernel=False),
                configuration(ours, theirs, multiplier=getattr(request, "param", 3)),
            )
            for name, ours, theirs in (("a", A, B), ("b", B, A))
        ]
        for daemon in daemons:
            until(
                lambda daemon=daemon: next(iter(daemon.nexthops().values()))["state"],
                lambda seen: seen == "up",
                bound=20,
            )
        yield daemons
    finally:
        lan.close()


def test_sigterm_is_announced_and_no_failure_to_the_peer(pair):
    """Rule 5: the peer hears AdminDown at once, and for its whole detection time (3 x 1 s) after it."""
    a, b = pair
    begun = time.monotonic()
    a._process.terminate()
    until(lambda: b.nexthops()[A]["reason"], lambda seen: seen == "peer-admin-down")
    assert a._process.wait(20) == 0
    assert time.monotonic() - begun >= 2.9
    lines = [json.loads(line) for line in b.log.read_text().splitlines()]
    assert [line["new"] for line in lines if line["event"] == "next-hop"] == ["unknown", "up", "unknown"]
    assert b.nexthops()[A]["state"] == "unknown"


@pytest.mark.parametrize("pair", [60], indirect=True)
def test_a_second_sigterm_does_not_wait_for_the_peer_s_detection_time(pair):
    a, b = pair
    a._process.terminate()
    until(lambda: b.nexthops()[A]["reason"], lambda seen: seen == "peer-admin-down")
    begun = time.monotonic()
    a._process.terminate()
    assert a._process.wait(50) == 0
    assert time.monotonic() - begun < 50


def test_a_process_that_is_killed_is_a_failure_to_the_peer(pair):
    a, b = pair
    a._process.send_signal(signal.SIGKILL)
    shown = until(lambda: b.nexthops()[A], lambda seen: seen["state"] == "down", bound=10)
    assert shown["last-failure"]["local-diagnostic"] == "control-expiry"
    assert shown["last-failure"]["detection-time"] > 0
    text = until(b.log.read_text, lambda seen: '"control-expiry"' in seen, what="the failure's line")
    (line,) = [json.loads(line) for line in text.splitlines() if '"control-expiry"' in line]
    assert line["detection_time_us"] == shown["last-failure"]["detection-time"]
    assert "own poll gap" in shown["explanation"]
    assert "last hello" in shown["explanation"]


def test_the_kernel_resolves_where_the_configuration_says_so():
    """On a port with neighbours = "kernel" the engine asks nobody: it has the MAC address from the kernel's table."""
    lan = Lan()
    try:
        a_space, b_space = lan.member("a", f"{A}/24"), lan.member("b", f"{B}/24", kernel=False)
        a = Product(a_space, configuration(A, B, more='neighbours = "kernel"'))
        Product(b_space, configuration(B, A))
        until(lambda: a.nexthops()[B]["state"], lambda seen: seen == "up", bound=20)
        (port,) = a.ask("show-ports")["ports"]
        (neighbour,) = port["neighbours"]
        mac = b_space.run("cat", "/sys/class/net/eth0/address").strip()
        assert (port["neighbours-by"], neighbour["state"], neighbour["mac-address"]) == (
            "kernel",
            "static",
            mac,
        )
    finally:
        lan.close()
