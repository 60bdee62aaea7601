# SPDX-License-Identifier: Apache-2.0
"""The command line as a person or a script meets it: help, exit codes, one sentence for each fault."""

import os
import socket
import subprocess
import sys
import threading

import pytest

from bfd_fastpath.cli.main import cli, invoke
from bfd_fastpath.net import control_protocol as protocol


def all_commands(group=cli, path=()):
    yield path
    for name, command in getattr(group, "commands", {}).items():
        yield from all_commands(command, (*path, name))


@pytest.mark.parametrize("path", list(all_commands()), ids=" ".join)
def test_every_command_explains_itself(path, capsys):
    assert invoke([*path, "--help"]) == 0
    text = capsys.readouterr().out
    assert text.lower().startswith("usage: bfd-fastpath")
    assert max(map(len, text.splitlines())) <= 120


def test_the_help_names_every_exit_code(capsys):
    invoke(["--help"])
    text = capsys.readouterr().out
    for sentence in ("0 done", "1 it failed", "2 bad configuration", "3 the demo missed", "4 no daemon"):
        assert sentence in text


@pytest.mark.parametrize(
    "words",
    [
        ["no-such-command"],
        ["show", "no-such-thing"],
        ["run"],
        ["clear", "nexthop", "not-an-address"],
        ["session", "admin-down"],
        ["demo", "--multiplier", "0"],
        ["demo", "--interval", "soon"],
        ["demo", "--interval", "nan"],
        ["demo", "--interval", "-5"],
        ["demo", "--interval", "999us"],
        ["demo", "--interval", "10.001s"],
        ["demo", "--interval", "5m"],
        ["demo", "--cut", "sideways"],
        ["demo", "--prefix", "203.0.113.1/24"],
        ["demo", "--prefix", "anything"],
    ],
    ids=" ".join,
)
def test_a_wrong_command_line_is_exit_code_2_with_a_reason(words, capsys):
    assert invoke(words) == 2
    assert "Error:" in capsys.readouterr().err


@pytest.mark.parametrize(
    "words", [["show", "sessions"], ["clear", "nexthop", "192.0.2.1"], ["reload"]], ids=" ".join
)
def test_without_a_daemon_one_sentence_and_exit_code_4(words, tmp_path, capsys):
    path = str(tmp_path / "none.sock")
    assert invoke([*words, "--socket", path]) == 4
    err = capsys.readouterr().err
    assert err.count("\n") == 1
    assert path in err
    assert "bfd-fastpath run" in err


def test_the_socket_may_be_named_by_the_environment(tmp_path, capsys, monkeypatch):
    monkeypatch.setenv("BFD_FASTPATH_SOCKET", str(tmp_path / "mine.sock"))
    assert invoke(["show", "ports"]) == 4
    assert "mine.sock" in capsys.readouterr().err


def test_a_missing_configuration_is_exit_code_2(tmp_path, capsys):
    assert invoke(["config", "check", str(tmp_path / "none.toml")]) == 2
    assert "none.toml: cannot be read" in capsys.readouterr().err


def test_all_faults_of_a_configuration_are_listed(tmp_path, capsys):
    file = tmp_path / "bad.toml"
    file.write_text('[router]\nname = 5\n[bfd]\nlocal-multiplier = 0\n[log]\nlevel = "loud"\n')
    assert invoke(["config", "check", str(file)]) == 2
    err = capsys.readouterr().err
    for key in ("router.name", "bfd.local-multiplier", "log.level"):
        assert f"{file}: {key}" in err


def test_a_check_reads_keys_and_passwords_as_a_start_would(tmp_path, capsys, monkeypatch):
    monkeypatch.delenv("BFD_FASTPATH_NO_SUCH_VARIABLE", raising=False)
    file = tmp_path / "router.toml"
    file.write_text(
        CONFIGURATION.format(interval="300ms")
        + '[[key-chain]]\nname = "c"\nkeys = [{ key-id = 1, crypto-algorithm = "md5", key-file = "k" }]\n'
        + '[router]\nasn = 64500\nrouter-id = "198.51.100.1"\n[[neighbor]]\naddress = "198.51.100.9"\n'
        + 'remote-as = 64999\npassword-env = "BFD_FASTPATH_NO_SUCH_VARIABLE"\n'
    )
    assert invoke(["config", "check", str(file)]) == 2
    err = capsys.readouterr().err
    assert f"{tmp_path / 'k'} cannot be read" in err
    assert "there is no variable BFD_FASTPATH_NO_SUCH_VARIABLE" in err
    (tmp_path / "k").write_text("shared secret\n")
    (tmp_path / "k").chmod(0o644)
    monkeypatch.setenv("BFD_FASTPATH_NO_SUCH_VARIABLE", "secret")
    assert invoke(["config", "check", str(file)]) == 2
    assert f"chmod 600 {tmp_path / 'k'}" in capsys.readouterr().err
    (tmp_path / "k").chmod(0o600)
    assert invoke(["config", "check", str(file)]) == 0
    assert "secret" not in capsys.readouterr().out


def test_paths_are_the_same_however_the_configuration_is_named(tmp_path, capsys, monkeypatch):
    """A daemon may have been started where its file is, and be asked from anywhere."""
    file = tmp_path / "router.toml"
    file.write_text(
        CONFIGURATION.format(interval="300ms")
        + '[[key-chain]]\nname = "c"\nkeys = [{ key-id = 1, crypto-algorithm = "md5", key-file = "k" }]\n'
    )
    monkeypatch.chdir(tmp_path)
    assert invoke(["config", "diff", str(file), "--from", "router.toml"]) == 0
    assert capsys.readouterr().out == "no change\n"


CONFIGURATION = """
[[port]]
name = "lan0"
devargs = "net_null0"
addresses = ["198.51.100.1/24"]

[[session]]
interface = "lan0"
dest-addr = "198.51.100.2"
desired-min-tx-interval = "{interval}"
"""


def test_a_diff_between_two_files_names_only_what_differs(tmp_path, capsys):
    old, new = tmp_path / "old.toml", tmp_path / "new.toml"
    old.write_text(CONFIGURATION.format(interval="300ms"))
    new.write_text(CONFIGURATION.format(interval="500ms"))
    assert invoke(["config", "diff", str(new), "--from", str(old)]) == 0
    (line,) = capsys.readouterr().out.splitlines()
    assert line.startswith("~ session 198.51.100.2")
    assert invoke(["config", "diff", str(new), "--from", str(new)]) == 0
    assert capsys.readouterr().out == "no change\n"


def answering(path, answer: bytes):
    """A daemon that gives this answer to its one client."""
    listener = socket.socket(socket.AF_UNIX)
    listener.bind(str(path))
    listener.listen()

    def serve():
        connection, _ = listener.accept()
        with connection, listener:
            connection.recv(65536)
            connection.sendall(answer)

    thread = threading.Thread(target=serve)
    thread.start()
    return thread


@pytest.mark.parametrize(
    ("answer", "code", "text"),
    [
        (
            protocol.encode_error(protocol.CommandError("not-found", "Nothing tracks it.")),
            1,
            "Nothing tracks it.",
        ),
        (protocol.encode_error(protocol.CommandError("bad-configuration", "x.toml: y")), 2, "x.toml: y"),
        (b"not json\n", 1, "not a bfd-fastpath daemon"),
        (b"", 4, "closed the connection without an answer"),
    ],
)
def test_what_the_daemon_refuses_is_told_as_it_says_it(tmp_path, capsys, answer, code, text):
    path = tmp_path / "s"
    thread = answering(path, answer)
    assert invoke(["reload", "--socket", str(path)]) == code
    thread.join()
    assert text in capsys.readouterr().err


@pytest.mark.parametrize(
    "command", ["sessions", "nexthops", "routes", "ports", "workers", "drops", "reporter"]
)
def test_show_starts_without_the_data_plane(tmp_path, command):
    """`show` is asked often and by scripts: it must not load DPDK, numpy or a BGP implementation."""
    heavy = (
        "pydp",
        "numpy",
        "scapy",
        "asyncio",
        "structlog",
        "pyroute2",
        "bfd_fastpath.wire",
        "bfd_fastpath.router",
    )
    script = (
        "import sys; from bfd_fastpath.cli.main import invoke\n"
        f"code = invoke(['show', {command!r}, '--socket', {str(tmp_path / 'none')!r}])\n"
        f"loaded = [name for name in {heavy!r} if name in sys.modules]\n"
        "sys.exit(f'loaded: {loaded}' if loaded else code)"
    )
    done = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, env=os.environ, check=False
    )
    assert done.returncode == 4, done.stderr


def test_the_package_runs_as_a_module(tmp_path):
    done = subprocess.run(
        [sys.executable, "-m", "bfd_fastpath", "show", "drops", "--socket", str(tmp_path / "none")],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 4
    assert done.stderr.startswith("bfd-fastpath: No daemon answers on")


@pytest.mark.parametrize(
    ("words", "daemon"),
    [
        (["show", "drops"], "run"),
        (["show", "exchange"], "rs-agent"),
        (["rs-agent", "show", "nhib"], "rs-agent"),
        (["route-server", "show", "nhib"], "route-server"),
    ],
)
def test_who_finds_no_daemon_is_told_which_to_start(words, daemon, tmp_path, capsys):
    assert invoke([*words, "--socket", str(tmp_path / "none")]) == 4
    assert f"start one with `bfd-fastpath {daemon} -c FILE`" in capsys.readouterr().err


def test_a_reader_that_leaves_is_no_error():
    """`bfd-fastpath --help | head -1`."""
    read, write = os.pipe()
    os.close(read)
    done = subprocess.run(
        [sys.executable, "-u", "-m", "bfd_fastpath", "--help"],
        stdout=write,
        stderr=subprocess.PIPE,
        text=True,
        check=False,
    )
    os.close(write)
    assert (done.returncode, done.stderr) == (0, "")


@pytest.mark.parametrize("words", ["50", "50.0", "50ms", "50 ms", "50000us", "0.05s"])
def test_an_interval_is_understood_with_a_unit_and_in_milliseconds_without(words, monkeypatch):
    from bfd_fastpath.lab import demo

    asked = []

    def run(**options):
        asked.append(options["interval_us"])
        return 0

    monkeypatch.setattr(demo, "run", run)
    assert invoke(["demo", "--interval", words]) == 0
    assert asked == [50_000]


def test_an_interval_that_is_none_is_answered_with_how_to_write_one(capsys):
    assert invoke(["demo", "--interval", "soon"]) == 2
    assert "write 20ms, 20000us or 0.02s; a bare number is milliseconds" in capsys.readouterr().err
    assert invoke(["demo", "--interval", "11s"]) == 2
    assert "'11s' is 11 s; it may be 1 ms to 10 s." in capsys.readouterr().err
