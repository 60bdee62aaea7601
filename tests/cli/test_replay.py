# SPDX-License-Identifier: Apache-2.0
"""`bfd-fastpath replay` as a person or a script meets it: exit codes, standard input, pictures, what is refused."""

import gzip
import io
import json
import os
import signal
import subprocess
import sys
from ipaddress import ip_address
from xml.etree import ElementTree

import pytest

from bfd_fastpath.cli.main import invoke
from bfd_fastpath.cli.progress import Progress
from tests.replay.crafting import DOWN, MS, UP, A, B, Capture, bfd, ethernet, ip

COMMAND = [sys.executable, "-m", "bfd_fastpath", "replay"]


def conversation(hellos=20):
    """Both ends Up; then B is silent and A goes Down."""
    made = Capture()
    for _ in range(hellos):
        made.say(A, B, bfd(1, 2, UP), after_us=25 * MS)
        made.say(B, A, bfd(2, 1, UP), after_us=25 * MS)
    for _ in range(3):
        made.say(A, B, bfd(1, 2, UP), after_us=50 * MS)
    made.say(A, B, bfd(1, 2, DOWN, diagnostic=1), after_us=5 * MS)
    return made


@pytest.fixture
def outage(tmp_path):
    file = tmp_path / "outage.pcapng"
    file.write_bytes(conversation().pcapng())
    return file


def test_a_capture_is_told_with_its_verdict(outage, capsys):
    assert invoke(["replay", str(outage)]) == 0
    text = capsys.readouterr().out
    assert "sessions: 1, 1 lost the peer" in text
    assert "far-end-silent: 192.0.2.2" in text
    assert "up -> down, diagnostic control-expiry, noticed first" in text


def test_json_says_the_same(outage, capsys):
    assert invoke(["replay", str(outage), "--json"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert told["bfd"]["control"] == told["packets"] == 44
    (session,) = told["sessions"]
    assert session["verdict"] == "far-end-silent"
    assert [one["to"] for one in session["state-changes"]] == ["down"]


def test_the_same_file_gives_the_same_answer_octet_by_octet(outage, capsys):
    answers = set()
    for _ in range(2):
        invoke(["replay", str(outage), "--json"])
        answers.add(capsys.readouterr().out)
    assert len(answers) == 1


def test_a_capture_without_bfd_is_no_failure_and_names_what_it_saw(tmp_path, capsys):
    made = Capture()
    for protocol in (6, 6, 132):
        made.add(ethernet(ip(ip_address(A), ip_address(B), protocol, bytes(40))))
    file = tmp_path / "other.pcap"
    file.write_bytes(made.pcap())
    assert invoke(["replay", str(file)]) == 0
    assert capsys.readouterr().out == f"no BFD in {file}: 2 TCP, 1 other IP\n"


def test_what_could_be_read_is_told_before_the_fault_with_its_offset(tmp_path, capsys):
    whole = conversation().pcap()
    file = tmp_path / "cut.pcap"
    file.write_bytes(whole[:-30])
    assert invoke(["replay", str(file)]) == 1
    out, err = capsys.readouterr()
    assert "43 packets" in out
    assert err.count("\n") == 1
    assert err.startswith(f"bfd-fastpath: {file}: ")
    assert str(len(whole) - 16 - 66) in err


@pytest.mark.parametrize("words", [["none.pcap"], ["none.pcap", "--json"]])
def test_a_file_that_is_not_there_is_one_sentence_and_exit_code_1(words, tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    assert invoke(["replay", *words]) == 1
    out, err = capsys.readouterr()
    assert out == ""
    assert err.count("\n") == 1
    assert "none.pcap" in err


def test_a_file_that_is_no_capture_is_exit_code_1(tmp_path, capsys):
    file = tmp_path / "notes.txt"
    file.write_text("no capture at all")
    assert invoke(["replay", str(file)]) == 1
    assert "notes.txt" in capsys.readouterr().err


def test_a_gzip_file_that_breaks_off_is_told_with_its_own_offset(tmp_path, capsys):
    stored = gzip.compress(conversation().pcap())
    for cut in (len(stored) // 2, 15):
        file = tmp_path / "cut.pcap.gz"
        file.write_bytes(stored[:cut])
        assert invoke(["replay", str(file), "--json"]) == 1
        told = capsys.readouterr()
        assert "the gzip stream ends too early" in told.err
        if cut > 15:
            fault = json.loads(told.out)["capture"]["fault"]
            assert (fault["offset"], fault["compressed-offset"]) == (cut, True)


def test_a_file_that_may_not_be_read_is_exit_code_1(outage):
    outage.chmod(0)
    weak = ["setpriv", "--bounding-set=-dac_override,-dac_read_search", "--inh-caps=-all"]
    prefix = weak if os.geteuid() == 0 else []
    done = subprocess.run([*prefix, *COMMAND, str(outage)], capture_output=True, text=True, check=False)
    assert done.returncode == 1
    assert "may not be read by this user" in done.stderr


@pytest.mark.parametrize("option", ["--timeline", "--as"])
def test_a_pipe_is_not_read_twice(option, tmp_path, capsys):
    os.mkfifo(tmp_path / "pipe")
    words = {"--timeline": ["--timeline", "x.svg"], "--as": ["--as", A, "--config", "x.toml"]}[option]
    assert invoke(["replay", str(tmp_path / "pipe"), *words]) == 2
    assert f"{option} reads the capture more than once" in capsys.readouterr().err


def test_standard_input_is_read_also_compressed():
    done = subprocess.run(
        [*COMMAND, "-"],
        input=gzip.compress(conversation().pcap()),
        capture_output=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout.startswith(b"standard input: pcap, compressed, 44 packets")


@pytest.mark.parametrize("name", ["picture.svg", "page.HTML"])
def test_a_timeline_is_drawn_beside_the_page(name, outage, tmp_path, capsys):
    target = tmp_path / name
    assert invoke(["replay", str(outage), "--timeline", str(target)]) == 0
    text = target.read_text()
    assert text.count('<path class="hello"') >= 44
    assert "far-end-silent" in text
    if name.endswith(".svg"):
        ElementTree.fromstring(text)
    assert "192.0.2.2" in capsys.readouterr().out


def test_a_timeline_that_cannot_be_written_is_exit_code_1_after_the_page(outage, tmp_path, capsys):
    assert invoke(["replay", str(outage), "--timeline", str(tmp_path / "none" / "x.svg")]) == 1
    out, err = capsys.readouterr()
    assert "far-end-silent" in out
    assert "x.svg cannot be written: No such file or directory" in err


@pytest.mark.parametrize(
    ("words", "reason"),
    [
        ([], "CAPTURE"),
        (["x.pcap", "--timeline", "x.png"], ".svg or .html"),
        (["x.pcap", "--timeline", "x"], ".svg or .html"),
        (["-", "--timeline", "x.svg"], "needs a file"),
        (["x.svg", "--timeline", "./x.svg"], "the capture itself"),
        (["x.pcap", "--seedling"], "No such option"),
        (["x.pcap", "--as", "192.0.2.1"], "--as needs --config"),
        (["x.pcap", "--as", "here", "--config", "x.toml"], "is not an IP address"),
        (["x.pcap", "--config", "x.toml"], "--as ADDRESS"),
        (["x.pcap", "--seed", "1"], "--as ADDRESS"),
        (["x.pcap", "--out", "y.pcapng"], "--as ADDRESS"),
        (["x.pcap", "--bgp-out", "y.pcapng"], "--as ADDRESS"),
        (["-", "--as", "192.0.2.1", "--config", "x.toml"], "needs a file"),
        (["x.pcap", "--as", A, "--config", "x.toml", "--out", "x.pcap"], "the capture itself"),
        (["x.pcap", "--as", A, "--config", "x.toml", "--out", "y", "--bgp-out", "y"], "the file of --out"),
        (["x.pcap", "--as", A, "--config", "none.toml"], "none.toml: cannot be read"),
        (["x.pcap", "--interval", "50"], "50ms"),
        (["x.pcap", "--multiplier", "0"], "1 to 255"),
        (["x.pcap", "--set", "anything"], "SESSION.KEY=VALUE"),
        (["x.pcap", "--check", "cases"], "--check takes no capture"),
        (["--check", "cases", "--multiplier", "3"], "--check takes no capture"),
    ],
)
def test_what_makes_no_sense_is_refused_before_anything_is_read(words, reason, capsys):
    assert invoke(["replay", *words]) == 2
    assert reason in capsys.readouterr().err


def test_a_reader_that_leaves_early_hears_no_complaint(tmp_path):
    file = tmp_path / "many.pcap"
    made = Capture()
    for number in range(3000):
        made.say(f"10.0.{number >> 8}.{number & 255}", "10.1.0.1", bfd(number + 1, 0, DOWN))
    file.write_bytes(made.pcap())
    with subprocess.Popen(
        [*COMMAND, str(file), "--json"], stdout=subprocess.PIPE, stderr=subprocess.PIPE
    ) as process:
        process.stdout.readline()
        process.stdout.close()
        assert process.stderr.read() == b""


def test_an_interrupt_leaves_with_130_and_no_traceback():
    reader, writer = os.pipe()
    with (
        subprocess.Popen(
            [*COMMAND, "-"], stdin=reader, stdout=subprocess.PIPE, stderr=subprocess.PIPE
        ) as process,
        os.fdopen(writer, "wb", buffering=0) as pipe,
    ):
        # The pipe holds 64 KiB: that more than it takes means that somebody reads, so the interrupt meets the reading.
        pipe.write(conversation(2000).pcap())
        process.send_signal(signal.SIGINT)
        assert process.wait(60) == 130
        assert b"Traceback" not in process.stderr.read()


def test_other_timers_are_judged_below_the_story(outage, capsys):
    assert invoke(["replay", str(outage), "--interval", "50ms", "--multiplier", "2,3"]) == 0
    text = capsys.readouterr().out
    assert text.index("far-end-silent") < text.index("What if: 1 outage judged with other timers")
    assert invoke(["replay", str(outage), "--multiplier", "3", "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["what-if"]["sessions"][0]["outages"] == 1


def test_to_set_what_the_capture_does_not_have_is_exit_code_2(outage, capsys):
    assert invoke(["replay", str(outage), "--set", "9.local-multiplier=4"]) == 2
    assert "--set: " in capsys.readouterr().err


CONFIGURATION = """
[[port]]
name = "lan0"
devargs = "net_null0"
addresses = ["192.0.2.1/24"]
"""


def test_our_end_is_compared_with_the_recorded_one(eal, outage, tmp_path, capsys):
    configuration = tmp_path / "router.toml"
    configuration.write_text(CONFIGURATION)
    words = [
        "replay",
        str(outage),
        "--config",
        str(configuration),
        "--as",
        A,
        "--out",
        str(tmp_path / "o.pcapng"),
    ]
    assert invoke(words) == 0
    text = capsys.readouterr().out
    assert f"As {A} (port lan0, seed 1): 1 session played" in text
    assert (tmp_path / "o.pcapng").stat().st_size > 0
    assert invoke([*words, "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["as"]["address"] == A


def test_an_end_that_no_port_has_is_exit_code_2_and_nothing_is_told(outage, tmp_path, capsys):
    configuration = tmp_path / "router.toml"
    configuration.write_text(CONFIGURATION)
    assert invoke(["replay", str(outage), "--config", str(configuration), "--as", "192.0.2.9"]) == 2
    out, err = capsys.readouterr()
    assert out == ""
    assert "192.0.2.9" in err


def test_a_file_of_our_end_that_cannot_be_written_is_exit_code_1_after_the_story(
    eal, outage, tmp_path, capsys
):
    configuration = tmp_path / "router.toml"
    configuration.write_text(CONFIGURATION)
    out = str(tmp_path / "none" / "o.pcapng")
    assert invoke(["replay", str(outage), "--config", str(configuration), "--as", A, "--out", out]) == 1
    told, err = capsys.readouterr()
    assert "far-end-silent" in told
    assert "o.pcapng" in err


@pytest.mark.parametrize(("verdict", "code"), [("far-end-silent", 0), ("path-down", 1)])
def test_cases_are_checked(verdict, code, outage, tmp_path, capsys):
    folder = tmp_path / "cases" / "silent"
    folder.mkdir(parents=True)
    outage.rename(folder / "capture.pcapng")
    (folder / "expect.json").write_text(json.dumps({"sessions": [{"verdict": verdict}]}))
    assert invoke(["replay", "--check", str(tmp_path / "cases")]) == code
    assert ("1 holds" if code == 0 else "1 fails") in capsys.readouterr().out
    assert invoke(["replay", "--check", str(tmp_path / "cases"), "--json"]) == code
    (told,) = json.loads(capsys.readouterr().out)
    assert (told["name"], told["outcome"]) == ("silent", "holds" if code == 0 else "fails")


def test_a_folder_without_cases_is_exit_code_2(tmp_path, capsys):
    assert invoke(["replay", "--check", str(tmp_path)]) == 2
    assert "no case in it" in capsys.readouterr().err


class Terminal(io.StringIO):
    def isatty(self):
        return True


def test_a_progress_bar_shows_after_two_seconds_and_wipes_itself():
    times = iter([0.0, 1.9, 4.0, 4.0, 4.0, 4.05])
    terminal = Terminal()
    with Progress("reading", stream=terminal, clock=lambda: next(times)) as progress:
        progress(10, 100)
        assert terminal.getvalue() == ""
        progress(50, 100)
        assert "reading [####################....................]  50%  4 s left" in terminal.getvalue()
        progress(51, 100)
    assert terminal.getvalue().endswith("\r\x1b[K")
    assert terminal.getvalue().count("reading") == 1


@pytest.mark.parametrize(("stream", "wanted"), [(io.StringIO(), True), (Terminal(), False)])
def test_no_progress_bar_without_a_terminal_or_where_it_is_unwanted(stream, wanted):
    times = iter([0.0, 10.0, 10.0, 10.0])
    with Progress("reading", wanted=wanted, stream=stream, clock=lambda: next(times)) as progress:
        progress(1, 2)
    assert stream.getvalue() == ""
