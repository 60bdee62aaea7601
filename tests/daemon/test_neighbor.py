# SPDX-License-Identifier: Apache-2.0
"""`bfd-fastpath neighbor`: two daemons on loopback, of which one is told to hold its session, as the other sees it."""

import json

import pytest

from bfd_fastpath.bench.daemons.daemon import free_port
from bfd_fastpath.cli.main import invoke
from bfd_fastpath.net.control_protocol import CommandError
from tests.daemon.process import Daemon
from tests.interop.support.poll import stays, until

HERE, THERE = "127.0.41.1", "127.0.41.2"


def text(number: int, local: str, remote: str, more: str) -> str:
    return f"""
        [router]
        name = "r{number}"
        asn = 6450{number}
        router-id = "192.0.2.{number}"
        [[port]]
        name = "lan0"
        devargs = "net_null0"
        addresses = ["198.51.100.{number}/24"]
        [bfd]
        enabled = false
        [[neighbor]]
        address = "{remote}"
        local-address = "{local}"
        remote-as = 6450{3 - number}
        connect-retry = "100ms"
        {more}
    """


@pytest.fixture(scope="module")
def pair(tmp_path_factory):
    """The one that is told, and the other, which listens."""
    port = f"port = {free_port(THERE)}\n"
    told = text(1, HERE, THERE, port + 'announce = ["203.0.113.0/24"]\nshutdown-text = "ask noc@example.net"')
    listens = text(2, THERE, HERE, port + "passive = true")
    with (
        Daemon(tmp_path_factory.mktemp("other"), listens) as other,
        Daemon(tmp_path_factory.mktemp("told"), told) as one,
    ):
        yield one, other


def peer(daemon: Daemon):
    (shown,) = daemon.ask("show-reporter")["peers"]
    return shown


def neighbor(daemon: Daemon, *words: str) -> int:
    return invoke(["neighbor", *words, "--socket", str(daemon.socket)])


def established(*daemons: Daemon) -> None:
    for daemon in daemons:
        until(lambda daemon=daemon: peer(daemon)["state"], lambda seen: seen == "established", bound=20)


def test_the_other_end_reads_why_and_the_session_stays_down_until_it_is_enabled(pair, capsys):
    one, other = pair
    established(one, other)
    assert neighbor(one, "shutdown", THERE, "neue Karte, zurück um 04:00") == 0
    until(lambda: peer(other)["state"], lambda seen: seen != "established")
    assert peer(other)["shutdown-text"] == "neue Karte, zurück um 04:00"
    assert "shutdown (6/2): 'neue Karte, zurück um 04:00'" in peer(other)["last-error"]
    assert peer(other)["routes"] == 0
    assert peer(one)["state"] == "shutdown"
    capsys.readouterr()
    assert invoke(["show", "reporter", "--socket", str(other.socket)]) == 0
    assert "zurück um 04:00" in capsys.readouterr().out
    # A reload that makes a new session of it leaves it down, too.
    before = one.file.read_text()
    one.file.write_text(before.replace('connect-retry = "100ms"', 'connect-retry = "100ms"\nhold-time = 30'))
    assert one.ask("reload")["steps"]
    stays(lambda: peer(one)["state"], lambda seen: seen == "shutdown", seconds=0.5)
    assert neighbor(one, "refresh", THERE) == 1
    assert "there is no session: shutdown" in capsys.readouterr().err
    assert neighbor(one, "enable", THERE) == 0
    established(one, other)
    assert peer(other)["shutdown-text"] is None
    until(lambda: peer(other)["routes"], lambda seen: seen == 1)


def test_without_a_text_the_configured_one_is_sent(pair):
    one, other = pair
    established(one, other)
    assert neighbor(one, "shutdown", THERE) == 0
    until(lambda: peer(other)["shutdown-text"], lambda seen: seen == "ask noc@example.net")
    assert neighbor(one, "enable", THERE) == 0
    established(one, other)


def test_whoever_listens_turns_the_other_away_while_it_is_shut(pair):
    one, other = pair
    established(one, other)
    assert neighbor(other, "shutdown", HERE, "not today") == 0
    until(lambda: peer(one)["last-error"] or "", lambda seen: "rejected (6/5)" in seen)
    assert peer(other)["state"] == "shutdown"
    # A reload that makes a new session of it turns the other away, too.
    other.file.write_text(other.file.read_text().replace("passive = true", "passive = true\nhold-time = 60"))
    assert other.ask("reload")["steps"]
    stays(lambda: peer(one)["state"], lambda seen: seen != "established", seconds=0.5)
    assert peer(other)["state"] == "shutdown"
    assert neighbor(other, "enable", HERE) == 0
    established(one, other)


def test_a_refresh_is_asked_of_every_family_and_answered(pair, capsys):
    one, other = pair
    established(one, other)
    until(lambda: peer(other)["routes"], lambda seen: seen == 1)
    assert neighbor(other, "refresh", HERE, "--port", str(peer(other)["port"])) == 0
    said = capsys.readouterr().out
    assert all(family in said for family in peer(other)["families"])
    stays(lambda: peer(other), lambda seen: (seen["routes"], seen["stale"]) == (1, []), seconds=0.3)


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        ({"address": "192.0.2.77"}, "not-found"),
        ({"address": THERE, "port": 1}, "not-found"),
        ({"address": THERE, "port": "x"}, "bad-request"),
        ({"address": THERE, "text": "x" * 256}, "bad-request"),
        ({"address": THERE, "text": "two\nlines"}, "bad-request"),
        ({"address": THERE, "text": 5}, "bad-request"),
    ],
)
def test_what_cannot_be_done_is_refused_and_changes_nothing(pair, arguments, code):
    one, other = pair
    established(one, other)
    with pytest.raises(CommandError) as refused:
        one.ask("neighbor-shutdown", **arguments)
    assert refused.value.code == code
    assert peer(one)["state"] == "established"


def test_leaving_says_the_configured_text(pair):
    one, other = pair
    established(one, other)
    one.process.terminate()
    assert one.process.wait(20) == 0
    until(lambda: peer(other)["shutdown-text"], lambda seen: seen == "ask noc@example.net")
    lines = [json.loads(line) for line in other.log.read_text().splitlines() if line.startswith("{")]
    assert any("ask noc@example.net" in json.dumps(line) for line in lines)
