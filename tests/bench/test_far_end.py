# SPDX-License-Identifier: Apache-2.0
"""A far end on another machine: what is said, and what happens when either side is not what it should be."""

import json
import socket
import threading
from contextlib import contextmanager
from ipaddress import IPv4Address
from types import SimpleNamespace

import pytest

from bfd_fastpath.bench import suites
from bfd_fastpath.bench.asked import Asked
from bfd_fastpath.bench.gaps import Gaps
from bfd_fastpath.bench.place import PORT, Place, place
from bfd_fastpath.bench.suites.envelope.far import given, words
from bfd_fastpath.bench.suites.envelope.far.end import Look, Order
from bfd_fastpath.bench.suites.envelope.far.host import Host
from bfd_fastpath.bench.suites.envelope.far.lines import LONGEST, FarEndError, LeftError, Lines, SilentError
from bfd_fastpath.bench.suites.envelope.far.remote import knock, remote
from bfd_fastpath.bench.suites.envelope.far.words import Ask
from bfd_fastpath.cli.main import invoke

ORDER = Order(
    sessions=100,
    interval_us=50_000,
    multiplier=3,
    starts_per_second=100_000,
    seed=7,
    address=IPv4Address("10.16.0.0"),
    target=IPv4Address("10.0.0.1"),
)
HOST = Host(
    model="AMD EPYC",
    cores=16,
    virtual=False,
    kernel="6.1.0",
    memory_mib=64_000,
    isolated="2-15",
    cpu=3,
    governor="performance",
)
QUIET = (9,) + (0,) * 23
ELSEWHERE = Place(IPv4Address("192.0.2.2"))
LONG_S = 10.0


def seen(late=QUIET, gaps=QUIET):
    return Look(up=100, sent=5, received=6, late_us_log2=late, gaps=Gaps(gaps, 7000))


def changed(source, **values):
    """Of a line of JSON."""
    return {**source, **values}


@contextmanager
def standing(play):
    """Someone who plays a far end for the first that comes."""

    def serve():
        with suppressed(), listener.accept()[0] as connection:
            play(Lines(connection))

    with socket.create_server(("127.0.0.1", 0)) as listener:
        player = threading.Thread(target=serve)
        player.start()
        yield Place(IPv4Address("127.0.0.1"), listener.getsockname()[1])
        player.join(LONG_S)
        assert not player.is_alive()


@contextmanager
def suppressed():
    try:
        yield
    except LeftError:
        pass


@contextmanager
def connected(where):
    with socket.create_connection((str(where.address), where.port)) as connection:
        yield Lines(connection)


def line_of(**values):
    """A greeting with other values."""
    return json.dumps(changed(words.greeting(HOST), **values)).encode() + b"\n"


def greet(lines):
    lines.send(words.greeting(HOST))


def stand(lines):
    greet(lines)
    assert words.asked(lines.receive(LONG_S)) == (Ask.STAND, ORDER)
    lines.send(words.answer(None))


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("192.0.2.2", f"192.0.2.2:{PORT}"),
        ("192.0.2.2:99", "192.0.2.2:99"),
        ("2001:db8::2", f"[2001:db8::2]:{PORT}"),
        ("[2001:db8::2]:99", "[2001:db8::2]:99"),
        ("[2001:db8::2]", f"[2001:db8::2]:{PORT}"),
    ],
)
def test_a_place_is_an_address_and_maybe_a_port(text, found):
    assert str(place(text)) == found


@pytest.mark.parametrize(
    "text",
    ["", "lab", "192.0.2.2:", "192.0.2.2:0", "192.0.2.2:65536", "192.0.2.2:x", "[::1", "[::1]9", "[::1]:"],
)
def test_what_is_no_place_is_told(text):
    with pytest.raises(ValueError, match=r"write 192\.0\.2\.1"):
        place(text)


def test_what_is_asked_and_answered_is_what_is_read():
    def play(lines):
        stand(lines)
        assert words.asked(lines.receive(LONG_S)) == (Ask.LOOK, None)
        lines.send(words.answer(words.look(seen())))
        assert words.asked(lines.receive(LONG_S)) == (Ask.MISSED, None)
        lines.send(words.answer(3))

    with standing(play) as where, remote(ORDER, where) as far:
        assert far.look() == seen()
        assert far.missed() == 3


@pytest.mark.parametrize(
    ("line", "said"),
    [
        (b"GET / HTTP/1.1\r\n", "no line of JSON"),
        (b"[" * 9000 + b"\n", "no line of JSON"),
        (b"9" * 9000 + b"\n", "no line of JSON"),
        (b"\xff\n", "no line of JSON"),
        (b"x" * (LONGEST + 9000), f"more than {LONGEST} octets"),
        (b"[]\n", "greeting is not an object"),
        (b'{"product": "1"}\n', "far-end is missing"),
        (b'{"far-end": true, "product": "1"}\n', "not of type int"),
        (b'{"far-end": 2, "product": "1"}\n', "machine is missing"),
        (b'{"far-end": 1, "else": 1}\n', "speaks schema 1, this is schema 2"),
        (line_of(more=1), "more is not known"),
        (line_of(machine=changed(HOST.to_json(), more=1)), "machine.more is not known"),
        (line_of(machine=changed(HOST.to_json(), cpu="3")), "not of type int"),
    ],
)
def test_who_is_no_far_end_of_this_version_is_told_at_once(line, said):
    with standing(lambda lines: lines._connection.sendall(line)) as where:
        with pytest.raises(FarEndError) as told:
            knock(where)
        assert said in str(told.value)
        assert str(where) in str(told.value)


def test_a_far_end_tells_of_its_machine_and_nothing_else_of_the_terminal():
    with standing(greet) as where:
        assert knock(where) == HOST
    with standing(greet) as where:
        assert given.machine(where) == HOST.to_json()
    loud = changed(HOST.to_json(), model="AMD \x1b[2J" + "x" * 900, governor=None)
    with standing(lambda lines: lines._connection.sendall(line_of(machine=loud))) as where:
        found = knock(where)
    assert found.governor is None
    assert found.model.startswith("AMD  [2Jx")
    assert len(found.model) == 200


def test_a_far_end_that_has_another_bench_is_not_waited_for(monkeypatch):
    monkeypatch.setattr("bfd_fastpath.bench.suites.envelope.far.remote._GREETING_S", 0.01)
    # The kernel takes the connection, and nobody greets.
    with socket.create_server(("127.0.0.1", 0)) as listener:
        where = Place(IPv4Address("127.0.0.1"), listener.getsockname()[1])
        said = given.fault(["net_null0"], str(where))
        assert said == f"the far end at {where}: it said nothing for 0.01 s: it may have another bench"
        assert given.machine(where) is None
    assert given.machine(None) is None


def test_who_says_nothing_is_not_waited_for():
    done = threading.Event()
    with standing(lambda lines: done.wait(LONG_S)) as where, connected(where) as lines:
        with pytest.raises(SilentError, match=r"nothing for 0\.01 s"):
            lines.receive(0.01)
        done.set()


def test_a_line_that_comes_piece_by_piece_has_no_more_time():
    done = threading.Event()

    def play(lines):
        while not done.wait(0.005):
            lines._connection.sendall(b" ")

    with standing(play) as where, connected(where) as lines:
        with pytest.raises(SilentError):
            lines.receive(0.05)
        done.set()


def test_a_far_end_that_vanishes_ends_what_is_measured_with_it():
    with standing(stand) as where:
        with remote(ORDER, where) as far, pytest.raises(FarEndError, match="the connection ended") as lost:
            far.look()
        assert str(lost.value).startswith(f"the far end at {where}: ")


def test_a_far_end_that_refuses_says_why_and_nothing_else_of_the_terminal():
    def play(lines):
        greet(lines)
        lines.receive(LONG_S)
        lines.send({"refused": "no port \x1b[2J" + "x" * 9000})

    with (
        standing(play) as where,
        pytest.raises(FarEndError, match=r"refused: no port  \[2Jx+$") as refused,
        remote(ORDER, where),
    ):
        pass
    assert len(str(refused.value)) < 500


@pytest.mark.parametrize(
    "value",
    [
        {"ask": "stand"},
        {"ask": "look", "order": {}},
        {"ask": "run"},
        {"ask": ["stand"]},
        ["stand"],
        *(
            {"ask": "stand", "order": changed(words.question(Ask.STAND, ORDER)["order"], **wrong)}
            for wrong in (
                {"sessions": 0},
                {"sessions": (1 << 20) + 1},
                {"sessions": 1.5},
                {"interval-us": 999},
                {"multiplier": 256},
                {"seed": -1},
                {"seed": 1 << 64},
                {"address": "10.16.0"},
                {"target": "2001:db8::1"},
                {"target": 1},
                {"cpu": 1},
            )
        ),
    ],
)
def test_an_order_is_read_strictly(value):
    with pytest.raises(FarEndError):
        words.asked(value)


@pytest.mark.parametrize(
    "wrong",
    [
        {"up": -1},
        {"up": True},
        {"sent": None},
        {"gap-max-ns": 1 << 64},
        {"late-us-log2": [0] * 23},
        {"gaps-us-log2": [0] * 23 + ["0"]},
        {"gaps-us-log2": {}},
        {"more": 1},
    ],
)
def test_a_look_is_read_strictly(wrong):
    assert words.read_look(json.loads(json.dumps(words.look(seen())))) == seen()
    with pytest.raises(FarEndError):
        words.read_look(changed(words.look(seen()), **wrong))


def test_suites_that_cannot_use_it_say_so_and_measure_as_without(monkeypatch):
    measured = []

    def rows(asked):
        measured.append((asked.ports, asked.far_end))
        return iter(())

    monkeypatch.setattr(suites, "import_module", lambda name: SimpleNamespace(rows=rows))
    asked = Asked(ports=("0000:81:00.0",), far_end=ELSEWHERE)
    (said,) = suites.rows_of("forward", asked)
    assert said.what == f"with the far end at {ELSEWHERE}"
    assert list(suites.rows_of("bfd-scale", asked)) == []
    assert measured == [((), None), (("0000:81:00.0",), ELSEWHERE)]


@pytest.mark.parametrize(
    ("ports", "far_end", "said"),
    [
        (["a"], None, "--port is given twice"),
        (["a", "b"], "127.0.0.1", "one --port"),
        ([], "127.0.0.1", "one --port"),
        (["a"], "lab", "--far-end: 'lab' is no address"),
    ],
)
def test_what_does_not_go_together_is_told_before_anything_is_measured(ports, far_end, said):
    assert said in given.fault(ports, far_end)


@pytest.mark.parametrize("own", [(), ("--sessions", "100")])
def test_nobody_listens_there(capsys, own):
    with socket.create_server(("127.0.0.1", 0)) as listener:
        nobody = f"127.0.0.1:{listener.getsockname()[1]}"
    asked = ["bench", "bfd-scale", "--port", "net_null0", "--far-end", nobody, *own]
    assert invoke(asked) == 2
    (line,) = capsys.readouterr().err.splitlines()
    assert line.startswith(f"bench: no far end at {nobody}: ")


def test_without_fault_a_bench_may_begin():
    with standing(greet) as where:
        assert given.fault(["net_null0"], str(where)) == ""
    assert given.fault([], None) == ""
    assert given.fault(["a", "b"], None) == ""
