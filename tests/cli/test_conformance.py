# SPDX-License-Identifier: Apache-2.0
"""`bfd-fastpath conformance` as a person or a script meets it."""

import json
import subprocess
import sys

import pytest

from bfd_fastpath.cli.main import invoke


def conformance(directory, *words: str) -> subprocess.CompletedProcess[str]:
    """In a process of its own, without root where there is none, and in a directory of the test's."""
    return subprocess.run(
        [sys.executable, "-m", "bfd_fastpath", "conformance", *words],
        capture_output=True,
        text=True,
        check=False,
        cwd=directory,
    )


def test_our_engine_passes_and_the_answer_is_json(tmp_path):
    done = conformance(tmp_path, "--self", "--json")
    assert done.returncode == 0, done.stderr
    document = json.loads(done.stdout)
    assert document["target"] == "self"
    assert [one["row"] for one in document["rows"]] == list(range(1, 142))
    assert "fail" not in {one["result"] for one in document["rows"]}
    assert (tmp_path / "bfd-conformance" / "malformed.pcapng").exists()


def test_only_the_rows_asked_for_are_shown_and_captures_go_where_they_are_told(tmp_path):
    done = conformance(tmp_path, "--self", "--ipv6", "--rows", "97, 99-100,20", "--pcap", "there", "--all")
    assert done.returncode == 0, done.stderr
    rows = [line for line in done.stdout.splitlines() if line[:3].strip().isdigit()]
    assert [line.split()[0] for line in rows] == ["20", "97", "99", "100"]
    assert "version 0: no answer" in done.stdout
    assert done.stdout.splitlines()[-1] == "self: 3 passed, 0 failed (0 of them MUST), 1 not applicable"
    assert [one.name for one in (tmp_path / "there").iterdir()] == ["malformed.pcapng"]


def test_captures_that_cannot_be_written_are_one_sentence(tmp_path):
    (tmp_path / "file").touch()
    done = conformance(tmp_path, "--self", "--rows", "97", "--pcap", "file/below")
    assert done.returncode == 1
    assert done.stderr.count("\n") == 1
    assert "--pcap" in done.stderr


@pytest.mark.parametrize(
    "words",
    [
        [],
        ["--self", "--target", "192.0.2.1"],
        ["--target", "nowhere"],
        ["--target", "192.0.2.1", "--ipv6"],
        ["--target", "192.0.2.1", "--source", "2001:db8::1"],
        ["--target", "192.0.2.1", "--driver", "quagga", "--source", "192.0.2.2"],
        ["--self", "--driver", "frr"],
        ["--self", "--rows", "0"],
        ["--self", "--rows", "142"],
        ["--self", "--rows", "9-7"],
        ["--self", "--rows", "all"],
        ["--target", "192.0.2.1", "--auth-key-file", "/nonexistent/key"],
    ],
    ids=" ".join,
)
def test_a_wrong_command_line_is_exit_code_2_with_a_reason(words, capsys):
    assert invoke(["conformance", *words]) == 2
    assert "Error:" in capsys.readouterr().err


def test_a_target_on_this_machine_is_refused_with_what_to_do(tmp_path):
    done = conformance(tmp_path, "--target", "127.0.0.1")
    assert done.returncode == 1
    assert done.stderr.count("\n") == 1
    assert "ip netns exec" in done.stderr


def test_a_key_never_stands_in_an_error(tmp_path, capsys, monkeypatch):
    monkeypatch.setenv("BFD_FASTPATH_AUTH_KEY", "keyed-md5 one hush-hush")
    assert invoke(["conformance", "--target", "192.0.2.1"]) == 2
    assert "hush" not in capsys.readouterr().err
