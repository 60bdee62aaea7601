# SPDX-License-Identifier: Apache-2.0
"""`bfd-fastpath bench far-end` as a process: with benches that are none, and with real ones in another network
namespace."""

import json
import os
import signal
import socket
import subprocess
import sys
from contextlib import contextmanager
from ipaddress import IPv4Address
from pathlib import Path

import pytest

from bfd_fastpath.bench.place import Place
from bfd_fastpath.bench.suites.envelope.far import words
from bfd_fastpath.bench.suites.envelope.far.end import Order
from bfd_fastpath.bench.suites.envelope.far.lines import FarEndError, Lines
from bfd_fastpath.bench.suites.envelope.far.remote import knock, remote

ROOM = Path(__file__).parents[2]
BENCH = (sys.executable, "-m", "bfd_fastpath", "bench")
PORT = "net_af_packet0,iface=eth0"
WITHIN_S = 60.0
ORDER = Order(
    sessions=10,
    interval_us=50_000,
    multiplier=3,
    starts_per_second=1000,
    seed=7,
    address=IPv4Address("10.16.0.0"),
    target=IPv4Address("10.0.0.1"),
)


@contextmanager
def far_end(port, listen, before=()):
    """It listens."""
    with subprocess.Popen(
        [*before, *BENCH, "far-end", "--port", port, "--listen", listen],
        stderr=subprocess.PIPE,
        text=True,
        cwd=ROOM,
    ) as process:
        try:
            assert f"for benches that come to {listen}" in process.stderr.readline()
            yield process
        finally:
            process.kill()


def until(process, text):
    """What it said up to a line with the text."""
    said = []
    for line in process.stderr:
        said.append(line)
        if text in line:
            return said
    raise AssertionError(f"it ended without {text!r}: {said}")


@pytest.fixture
def local():
    with socket.create_server(("127.0.0.1", 0)) as listener:
        where = Place(IPv4Address("127.0.0.1"), listener.getsockname()[1])
    with far_end("net_null_far", str(where)) as process:
        yield where, process


def test_what_is_no_bench_is_refused_and_the_next_one_served(local):
    where, process = local
    with socket.create_connection((str(where.address), where.port)) as connection:
        lines = Lines(connection)
        words.greeted(lines.receive(WITHIN_S))
        connection.sendall(b"GET / HTTP/1.1\r\n\r\n")
        with pytest.raises(FarEndError, match="refused: this is no line of JSON"):
            words.answered(lines.receive(WITHIN_S))
    until(process, "no line of JSON")
    host = knock(where)
    assert host.cpu in os.sched_getaffinity(0)
    assert host.kernel == os.uname().release
    with remote(ORDER, where) as far:
        far.start()
        far.reset_gaps()
        assert far.look().up == 0
        assert far.missed() == 0
    assert "127.0.0.1: it left" in until(process, "it left")[-1]


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_it_ends_when_it_is_told_to_and_its_bench_with_it(local, number):
    where, process = local
    with remote(ORDER, where) as far:
        process.send_signal(number)
        assert process.wait(WITHIN_S) == 0
        with pytest.raises(FarEndError, match="the connection ended"):
            far.look()
    with pytest.raises(FarEndError, match="no far end"):
        knock(where)


def test_a_second_bench_is_told_and_the_first_one_has_its_peers_meanwhile(local, monkeypatch):
    where, process = local
    with remote(ORDER, where) as far:
        far.start()
        monkeypatch.setattr("bfd_fastpath.bench.suites.envelope.far.remote._GREETING_S", 0.2)
        with pytest.raises(FarEndError, match=r"nothing for 0\.2 s: it may have another bench"):
            knock(where)
        assert far.look().up == 0
    monkeypatch.undo()
    until(process, "it left")
    # Who gave up is gone, and the next one is served.
    with remote(ORDER, where) as far:
        assert far.missed() == 0


def test_a_port_that_does_not_open_is_told_before_any_bench_comes():
    done = subprocess.run(
        [*BENCH, "far-end", "--port", "net_no_such_driver0"],
        capture_output=True,
        text=True,
        timeout=WITHIN_S,
        cwd=ROOM,
        check=False,
    )
    assert done.returncode == 1
    assert "far-end: net_no_such_driver0: " in done.stderr


@pytest.fixture
def spaces():
    """Two machines: eth0 of one is cabled to eth0 of the other, and what they say goes by eth1."""
    near, far = (f"{name}-{os.getpid()}" for name in ("near", "far"))
    try:
        for space in (near, far):
            subprocess.run(["ip", "netns", "add", space], check=True)
        for name in ("eth0", "eth1"):
            pair = ("type", "veth", "peer", "name", name, "netns", far)
            subprocess.run(["ip", "-n", near, "link", "add", name, *pair], check=True)
        for space, address in ((near, "192.0.2.1/24"), (far, "192.0.2.2/24")):
            subprocess.run(["ip", "-n", space, "addr", "add", address, "dev", "eth1"], check=True)
            for name in ("lo", "eth0", "eth1"):
                subprocess.run(["ip", "-n", space, "link", "set", name, "up"], check=True)
        yield near, far
    finally:
        for space in (near, far):
            subprocess.run(["ip", "netns", "del", space], check=False)


def in_space(space):
    return ("ip", "netns", "exec", space)


def bench(space, seconds, *more):
    own = ("--sessions", "100", "--interval", "50", "--seconds", str(seconds), "--json", "/dev/stderr")
    words = [*BENCH, "bfd-scale", "hold", "--port", PORT, "--far-end", "192.0.2.2", *own, *more]
    return subprocess.Popen(
        [*in_space(space), *words], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, cwd=ROOM
    )


@pytest.mark.root
def test_sessions_are_held_with_a_far_end_on_another_machine_and_again(spaces):
    near, far = spaces
    with far_end(PORT, "192.0.2.2:17784", in_space(far)) as process:
        for _ in range(2):
            with bench(near, 2) as measured:
                out, kept = measured.communicate(timeout=WITHIN_S)
            assert measured.returncode == 0, out + kept
            (row,) = json.loads(kept)["hold"]
            assert row["far-end-at"] == "192.0.2.2:17784"
            assert row["verdict"] in ("held", "held, but for the far end"), row
            assert row["sent-pps"] > 1000
            assert row["received-pps"] > 1000
            assert row["far-end-look-max-us"] > 0
            assert "100 sessions at 50 ms x 3" in until(process, "192.0.2.1: it left")[-2]


@pytest.mark.root
def test_a_far_end_that_vanishes_ends_the_bench_with_a_reason(spaces):
    near, far = spaces
    with far_end(PORT, "192.0.2.2:17784", in_space(far)) as process, bench(near, 600) as measured:
        until(process, "100 sessions")
        process.terminate()
        out, kept = measured.communicate(timeout=WITHIN_S)
    assert measured.returncode == 1
    assert "the far end at 192.0.2.2:17784: the connection ended" in " ".join(out.split())
    assert json.loads(kept)["hold"] == []
