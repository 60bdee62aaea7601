# SPDX-License-Identifier: Apache-2.0
"""The daemon as a service manager and an operator meet it: starts that fail, signals, reloads, logs."""

import json
import os
import re
import signal
import socket
import stat
from pathlib import Path

import pytest

from bfd_fastpath.cli.main import invoke
from bfd_fastpath.net.control_protocol import CommandError
from tests.daemon.process import PEER, PORT, SESSION, Daemon
from tests.interop.support.poll import until

NOT_A_PEER = "198.51.100.77"


@pytest.fixture
def daemon(tmp_path):
    """One of its own, for a test that changes or ends it."""
    with Daemon(tmp_path) as running:
        yield running


@pytest.fixture(scope="module")
def shared(tmp_path_factory):
    """One for all tests that leave it as it was."""
    with Daemon(tmp_path_factory.mktemp("shared")) as running:
        yield running


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_ends_it_in_order_with_exit_code_0(daemon, number):
    daemon.process.send_signal(number)
    assert daemon.ended() == 0
    assert not daemon.socket.exists()
    lines = [json.loads(line)["event"] for line in daemon.log.read_text().splitlines()]
    assert lines[-1] == "gone"
    assert lines.index("leaving") < lines.index("bfd-state")


def test_logs_are_json_lines_and_tell_what_happens(daemon):
    daemon.ask("session-admin", address=PEER, down=True)
    daemon.logged("admin-down")
    lines = [json.loads(line) for line in daemon.log.read_text().splitlines()]
    assert [line["event"] for line in lines[:2]] == ["eal", "next-hop"]
    assert all({"event", "level", "timestamp"} <= set(line) for line in lines)
    assert {"event": "next-hop", "address": PEER}.items() <= lines[1].items()


def test_hangup_reads_the_configuration_again(daemon):
    daemon.write(PORT + SESSION + 'min-interval = "700ms"')
    daemon.process.send_signal(signal.SIGHUP)
    until(
        lambda: daemon.ask("show-sessions")["sessions"][0]["desired-min-tx-interval"],
        lambda seen: seen == 700_000,
    )
    daemon.logged("~ session")


def test_hangup_with_a_bad_configuration_changes_nothing_and_says_so(daemon):
    daemon.write(PORT + SESSION + "local-multiplier = 0")
    daemon.process.send_signal(signal.SIGHUP)
    daemon.logged("reload refused, nothing was changed")
    assert daemon.ask("show-sessions")["sessions"][0]["local-multiplier"] == 3


def test_reload_by_command_prints_its_steps_or_every_fault(daemon, capsys):
    path = str(daemon.socket)
    assert invoke(["reload", "--socket", path]) == 0
    assert "did not change" in capsys.readouterr().out
    daemon.write(PORT)
    assert invoke(["reload", "--socket", path]) == 0
    assert capsys.readouterr().out.startswith(f"- session {PEER}")
    daemon.write(PORT + SESSION + "local-multiplier = 0\nrole = 7")
    assert invoke(["reload", "--socket", path]) == 2
    err = capsys.readouterr().err
    assert "session[0].local-multiplier" in err
    assert "session[0].role" in err


def test_a_reload_changes_the_logs_and_moves_the_control_socket(daemon):
    other = daemon.directory / "other.sock"
    text = daemon.file.read_text().replace(str(daemon.socket), str(other)).replace('"info"', '"debug"')
    daemon.file.write_text(text)
    steps = daemon.ask("reload")["steps"]
    assert any(line.startswith("~ control") for line in steps)
    assert any(line.startswith("~ log") for line in steps)
    until(lambda: not daemon.socket.exists())
    daemon.socket = other
    assert daemon.ask("show-ports")["ports"][0]["name"] == "lan0"


def test_a_reload_changes_the_mode_of_the_control_socket_in_place(daemon):
    daemon.file.write_text(daemon.file.read_text().replace("[control]", '[control]\nmode = "0666"'))
    assert stat.S_IMODE(daemon.socket.stat().st_mode) == 0o600
    daemon.ask("reload")
    assert stat.S_IMODE(daemon.socket.stat().st_mode) == 0o666


def test_config_diff_against_the_daemon_changes_nothing(shared, tmp_path, capsys):
    new = tmp_path / "new.toml"
    new.write_text(shared.file.read_text().replace(SESSION, ""))
    before = shared.ask("show-sessions")["sessions"][0]["session-running"]["session-index"]
    assert invoke(["config", "diff", str(new), "--socket", str(shared.socket)]) == 0
    assert capsys.readouterr().out.startswith(f"- session {PEER}")
    assert shared.ask("show-sessions")["sessions"][0]["session-running"]["session-index"] == before
    assert invoke(["config", "diff", str(shared.file), "--socket", str(shared.socket)]) == 0
    assert capsys.readouterr().out == "no change\n"


@pytest.mark.parametrize(
    "what",
    [
        "sessions",
        "nexthops",
        "routes",
        "ports",
        "workers",
        "drops",
        "reporter",
        "forwarding",
        "fib-nexthops",
    ],
)
def test_show_prints_a_table_and_json(shared, capsys, what):
    path = str(shared.socket)
    assert invoke(["show", what, "--socket", path]) == 0
    table = capsys.readouterr().out
    assert invoke(["show", what, "--json", "--socket", path]) == 0
    answer = json.loads(capsys.readouterr().out)
    assert isinstance(answer, dict)
    if what in ("sessions", "nexthops"):
        assert PEER in table
        assert PEER in json.dumps(answer)


def test_a_session_is_told_of_its_path_polled_and_reset(daemon, capsys):
    path = str(daemon.socket)

    def told():
        """How many are AdminDown, and our diagnostic."""
        shown = daemon.ask("show-sessions", address=PEER)
        running = shown["sessions"][0]["session-running"]
        return shown["summary"]["number-of-sessions-admin-down"], running["local-diagnostic"]

    assert invoke(["session", "path", PEER, "path-down", "--socket", path]) == 0
    until(told, lambda seen: seen == (1, "path-down"))
    assert invoke(["session", "path", PEER, "up", "--socket", path]) == 0
    until(told, lambda seen: seen[0] == 0)
    assert invoke(["session", "forwarding-reset", PEER, "--socket", path]) == 0
    until(told, lambda seen: seen == (0, "forwarding-reset"))
    assert invoke(["session", "poll", PEER, "--socket", path]) == 0
    capsys.readouterr()
    for words in (["path", "192.0.2.77", "up"], ["poll", "192.0.2.77"], ["forwarding-reset", "192.0.2.77"]):
        assert invoke(["session", *words, "--socket", path]) == 1
        assert "no BFD session to 192.0.2.77" in capsys.readouterr().err
    assert invoke(["session", "path", PEER, "sideways", "--socket", path]) == 2


def test_show_sessions_of_one_peer_tells_what_was_refused(shared, capsys):
    path = str(shared.socket)
    assert invoke(["show", "sessions", PEER, "--counters", "--socket", path]) == 0
    out = capsys.readouterr().out
    assert PEER in out
    assert "No packet for it was refused." in out
    assert shared.ask("show-sessions", address=PEER)["sessions"][0]["refused"] == []
    assert shared.ask("show-sessions", address="192.0.2.77")["sessions"] == []
    assert invoke(["show", "sessions", "--counters", "--socket", path]) == 2
    assert "needs the ADDRESS" in capsys.readouterr().err


def test_show_sessions_speaks_rfc_9314(shared):
    answer = shared.ask("show-sessions")
    assert answer["summary"] == {
        "number-of-sessions": 1,
        "number-of-sessions-up": 0,
        "number-of-sessions-down": 1,
        "number-of-sessions-admin-down": 0,
    }
    (one,) = answer["sessions"]
    assert (one["dest-addr"], one["source-addr"], one["interface"]) == (PEER, "198.51.100.1", "lan0")
    assert (one["path-type"], one["dest-port"], one["local-multiplier"]) == ("path-ip-sh", 3784, 3)
    assert one["desired-min-tx-interval"] == 1_000_000
    running = {"local-state": "down", "remote-state": "down", "local-diagnostic": "none", "detection-time": 0}
    assert running.items() <= one["session-running"].items()
    assert one["session-statistics"]["create-time"].endswith("Z")
    assert one["session-statistics"]["last-up-time"] is None


def test_show_nexthops_has_a_reason_in_words_and_for_machines(shared):
    (one,) = shared.ask("show-nexthops")["next-hops"]
    assert (one["state"], one["users"]) == ("unknown", ["configuration"])
    assert one["reason"] in ("no-answer", "neighbour-unresolved")
    assert one["explanation"]


def test_an_operator_takes_a_session_down_and_up(shared, capsys):
    path = str(shared.socket)

    def reason() -> str:
        return shared.ask("show-nexthops")["next-hops"][0]["reason"]

    assert invoke(["session", "admin-down", PEER, "--socket", path]) == 0
    until(reason, lambda seen: seen == "local-admin-down")
    assert invoke(["session", "admin-up", PEER, "--socket", path]) == 0
    until(reason, lambda seen: seen != "local-admin-down")
    capsys.readouterr()
    assert invoke(["session", "admin-down", NOT_A_PEER, "--socket", path]) == 1
    assert "There is no BFD session to" in capsys.readouterr().err


def test_clearing_what_is_not_down_or_not_there_is_said(shared, capsys):
    path = str(shared.socket)
    assert invoke(["clear", "nexthop", PEER, "--socket", path]) == 0
    assert "nothing changed" in capsys.readouterr().out
    assert invoke(["clear", "nexthop", NOT_A_PEER, "--socket", path]) == 1
    assert "Nothing tracks" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("command", "arguments"),
    [
        ("session-admin", {"address": PEER, "down": "yes"}),
        ("session-admin", {"down": True}),
        ("clear-nexthop", {"address": 5}),
        ("config-diff", {"text": "x"}),
        ("show-", {}),
        ("show-_wall", {}),
        ("nothing", {}),
    ],
)
def test_bad_arguments_are_refused_and_the_daemon_lives_on(shared, command, arguments):
    with pytest.raises(CommandError) as refused:
        shared.ask(command, **arguments)
    assert refused.value.code in ("bad-request", "unknown-command")
    assert shared.ask("show-drops")


def test_every_command_of_the_page_is_one_of_the_daemon(shared):
    page = (Path(__file__).resolve().parents[2] / "docs" / "cli.md").read_text()
    table = page.split("| Command | Arguments | Result |")[1].split("\n\n")[0]
    names = [
        name
        for row in table.splitlines()
        for name in re.findall(r"`([a-z-]+)`", row.split("|")[1] if row else "")
    ]
    assert len(names) == 21
    for name in names:
        refusals = []
        try:
            shared.ask(name)
        except CommandError as refused:
            refusals.append(refused.code)
        assert refusals in ([], ["bad-request"])


# -- starts that fail: one sentence with the remedy, exit code 1 for the machine and 2 for the configuration


def test_a_bad_configuration_starts_nothing_and_lists_every_fault(tmp_path):
    code, text = Daemon(tmp_path, PORT + "[bfd]\nlocal-multiplier = 0\nrole = 1\n").fail()
    assert code == 2
    assert "bfd.local-multiplier" in text
    assert "bfd.role" in text
    assert "Traceback" not in text


def failed(tmp_path, **options) -> str:
    code, text = Daemon(tmp_path, **options).fail()
    assert code == 1
    assert "Traceback" not in text
    (sentence,) = [line for line in text.splitlines() if line.startswith("bfd-fastpath: ")]
    return sentence


def test_a_port_that_does_not_probe_is_one_sentence(tmp_path):
    assert "net_af_packet0" in failed(tmp_path, devargs="net_af_packet0,iface=nowhere0")


def test_a_missing_driver_is_one_sentence(tmp_path):
    assert "net_nodriver0" in failed(tmp_path, devargs="net_nodriver0")


def test_a_missing_pci_device_or_its_hugepages_are_one_sentence(tmp_path):
    sentence = failed(tmp_path, devargs="0000:ff:1f.7")
    assert "0000:ff:1f.7" in sentence


def test_hugepages_that_are_required_and_not_there_are_one_sentence(tmp_path):
    sentence = failed(tmp_path, more='[eal]\nhugepages = "require"\nmemory-mib = 1048576')
    assert "hugepages" in sentence
    assert "vm.nr_hugepages" in sentence


def test_a_busy_tcp_port_is_one_sentence(tmp_path):
    with socket.create_server(("127.0.0.1", 0)) as busy:
        port = busy.getsockname()[1]
        neighbor = f"""
            [[neighbor]]
            address = "127.0.0.1"
            local-address = "127.0.0.1"
            remote-as = 64499
            port = {port}
            passive = true
        """
        text = PORT.replace('name = "r1"', 'name = "r1"\nasn = 64500\nrouter-id = "192.0.2.1"')
        assert failed(tmp_path, text=text + neighbor).startswith(
            f"bfd-fastpath: TCP 127.0.0.1:{port} is in use"
        )


def test_a_busy_control_socket_is_one_sentence_and_the_first_daemon_lives_on(shared):
    second = Daemon(shared.directory)
    second.log = shared.directory / "second.log"
    code, text = second.fail()
    assert code == 1
    assert "Another process answers on the control socket" in text
    assert shared.ask("show-ports")


def test_a_stale_control_socket_is_taken_over(tmp_path):
    first = Daemon(tmp_path)
    with first:
        first.process.kill()
        first.process.wait()
        assert first.socket.exists()
    with Daemon(tmp_path) as second:
        assert second.ask("show-ports")


def test_a_password_never_reaches_the_logs_or_the_answers(tmp_path):
    secret = "hunter2-hunter2"
    (tmp_path / "password").write_text(secret + "\n")
    (tmp_path / "password").chmod(0o600)
    text = PORT.replace('name = "r1"', 'name = "r1"\nasn = 64500\nrouter-id = "192.0.2.1"')
    neighbor = """
        [[neighbor]]
        address = "127.0.0.1"
        remote-as = 64499
        port = 1
        password-file = "password"
    """
    with Daemon(tmp_path, text + neighbor) as daemon:
        daemon.logged('"running"')
        answers = [daemon.ask(f"show-{what}") for what in ("reporter", "sessions", "nexthops")]
        daemon.process.send_signal(signal.SIGHUP)
        daemon.process.send_signal(signal.SIGTERM)
        assert daemon.ended() == 0
    assert secret not in daemon.log.read_text() + json.dumps(answers)


def test_passwords_that_cannot_be_had_are_all_told_before_anything_starts(tmp_path):
    (tmp_path / "long").write_text("x" * 81)
    (tmp_path / "long").chmod(0o600)
    text = PORT.replace('name = "r1"', 'name = "r1"\nasn = 64500\nrouter-id = "192.0.2.1"')
    for address, file in (("127.0.0.1", "long"), ("127.0.0.2", "missing")):
        text += f'[[neighbor]]\naddress = "{address}"\nremote-as = 64499\npassword-file = "{file}"\n'
    daemon = Daemon(tmp_path, text)
    daemon.launch()
    assert daemon.ended() == 2
    said = daemon.log.read_text()
    assert "81 octets" in said
    assert "missing cannot be read" in said
    assert "Traceback" not in said
    assert not daemon.socket.exists()


def test_the_process_can_be_asked_while_it_starts(tmp_path):
    """A client that comes early waits for the answer; it gets no error."""
    daemon = Daemon(tmp_path)
    daemon.launch()
    try:
        until(daemon.socket.exists, bound=30)
        until(daemon._answers, bound=30)
    finally:
        os.kill(daemon.process.pid, signal.SIGKILL)
        daemon.process.wait()
