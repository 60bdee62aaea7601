# SPDX-License-Identifier: Apache-2.0
"""Keys of BFD in a running daemon: a key file that cannot be used stops a start and a reload, with what to do, and no key is ever
told."""

import json
import signal
from pathlib import Path

import pytest

from bfd_fastpath.cli.main import invoke
from bfd_fastpath.net.control_protocol import CommandError
from tests.daemon.process import PORT, SESSION, Daemon

SECRET, OTHER = "hush-hush-hush", "psst-psst"
AUTHENTICATED = (
    PORT.format(devargs="net_null0")
    + SESSION
    + 'authentication = { key-chain = "lan", meticulous = true }\n'
    + '[[key-chain]]\nname = "lan"\n'
    + 'keys = [{ key-id = 7, crypto-algorithm = "sha-1", key-file = "key" }]\n'
)


def key_file(directory: Path, text: str = SECRET, mode: int = 0o600) -> Path:
    file = directory / "key"
    file.touch(mode=0o600)
    file.write_text(f"{text}\n")
    file.chmod(mode)
    return file


@pytest.mark.parametrize("mode", [None, 0o644])
def test_a_key_file_that_is_missing_or_open_to_others_starts_nothing_and_says_what_to_do(tmp_path, mode):
    if mode is not None:
        key_file(tmp_path, mode=mode)
    code, said = Daemon(tmp_path, AUTHENTICATED).fail()
    assert code == 2
    assert f"{tmp_path / 'key'} {'cannot be read' if mode is None else 'is open to others'}" in said
    assert "chmod 600" in said
    assert SECRET not in said
    assert "Traceback" not in said


def test_a_reload_with_a_key_file_open_to_others_changes_nothing_and_no_key_is_ever_told(tmp_path, capsys):
    file = key_file(tmp_path)
    with Daemon(tmp_path, AUTHENTICATED) as daemon:
        asked = [daemon.ask("show-sessions")]
        file.chmod(0o640)
        with pytest.raises(CommandError, match=f"chmod 600 {file}"):
            daemon.ask("reload")
        asked.append(daemon.ask("show-sessions"))
        key_file(tmp_path, OTHER)
        asked += [daemon.ask("reload"), daemon.ask("show-sessions")]
        for words in (
            ["show", "sessions"],
            ["show", "sessions", "--json"],
            ["config", "diff", str(daemon.file)],
        ):
            assert invoke([*words, "--socket", str(daemon.socket)]) == 0
        daemon.process.send_signal(signal.SIGTERM)
        assert daemon.ended() == 0
    wanted = {"key-chain": "lan", "meticulous": True, "key-id": 7, "crypto-algorithm": "sha-1"}
    assert [one["sessions"][0]["authentication"] for one in asked if "sessions" in one] == [wanted] * 3
    told = daemon.log.read_text() + json.dumps(asked) + capsys.readouterr().out
    assert SECRET not in told
    assert OTHER not in told
