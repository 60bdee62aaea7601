# SPDX-License-Identifier: Apache-2.0
"""`replay --forward` on the command line: a table, JSON lines, a file, and what it refuses."""

import json
from pathlib import Path

import pytest

from bfd_fastpath.cli.main import invoke
from bfd_fastpath.replay.forward_passage import Verdict
from tests.replay.forward_scene import ROUTER, capture, data

pytestmark = pytest.mark.eal

DOC = Path(__file__).resolve().parents[2] / "docs/replay-forward.md"


@pytest.fixture
def here(eal: None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    capture(
        Path("in.pcapng"), [data("10.9.0.1"), data("10.9.0.2"), data("10.6.0.1"), data("10.9.0.1", ttl=1)]
    )
    Path("router.toml").write_text(ROUTER)
    return tmp_path


RUN = ["replay", "in.pcapng", "--forward", "-c", "router.toml", "--port", "lan", "--resolve"]


def test_a_table_of_verdicts(here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert invoke([*RUN, "--out", "out.pcapng"]) == 0
    page = " ".join(capsys.readouterr().out.split())
    for words in (
        "in.pcapng: 4 packets",
        "2 forwarded - -",
        "1 dropped drop-blackhole not forwarded: blackhole route",
        "2 wan packets",
        "1 lan ICMP errors",
        "answered with made-up MAC addresses",
        "out.pcapng has each packet",
    ):
        assert words in page
    assert (here / "out.pcapng").stat().st_size > 400


def test_json_has_a_line_for_each_packet(here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert invoke([*RUN, "--json"]) == 0
    *lines, last = map(json.loads, capsys.readouterr().out.splitlines())
    assert [(line["packet"], line["verdict"], line["reason"]) for line in lines] == [
        (1, "forwarded", None),
        (2, "forwarded", None),
        (3, "dropped", "drop-blackhole"),
        (4, "dropped", "drop-expired"),
    ]
    assert last["summary"]["packets"] == 4
    page = DOC.read_text()
    for key in (*lines[0], *lines[0]["out"][0], *last["summary"], *last["summary"]["sent"][0]):
        assert f"`{key}`" in page, key


def test_every_verdict_is_explained() -> None:
    for verdict in Verdict:
        assert f"| `{verdict.value}` |" in DOC.read_text()


def test_a_router_that_does_not_forward_says_so(here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    Path("router.toml").write_text(ROUTER.replace("enabled = true", "enabled = false"))
    assert invoke(RUN) == 0
    assert "[forwarding] of the configuration is not enabled" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("arguments", "code", "said"),
    [
        (["replay", "in.pcapng", "--forward"], 2, "--forward needs --config"),
        ([*RUN, "--all"], 2, "--all is about BFD alone"),
        ([*RUN, "--multiplier", "3"], 2, "--multiplier is about BFD alone"),
        (["replay", "in.pcapng", "--port", "lan"], 2, "it needs --forward"),
        ([*RUN, "--out", "in.pcapng"], 2, "--out names the capture itself"),
        ([*RUN, "--mac", "ff:ff:ff:ff:ff:ff"], 2, "no MAC address of a host"),
        (["replay", "absent", *RUN[2:]], 1, "there is no file absent"),
        (["replay", "in.pcapng", "--forward", "-c", "router.toml"], 2, "--port eth0=PORT"),
        ([*RUN, "--out", "nowhere/out.pcapng"], 1, "nowhere/out.pcapng cannot be written"),
    ],
)
def test_refused(
    here: Path, capsys: pytest.CaptureFixture[str], arguments: list[str], code: int, said: str
) -> None:
    assert invoke(arguments) == code
    assert said in capsys.readouterr().err
