# SPDX-License-Identifier: Apache-2.0
"""`show routes`, `show forwarding` and `show fib-nexthops` of a daemon with many static routes."""

import json
from pathlib import Path

import pytest

from bfd_fastpath.cli.main import invoke
from bfd_fastpath.net.control_protocol import CommandError
from bfd_fastpath.router.route_views import PAGE
from tests.daemon.process import PORT, Daemon

MANY = 2 * PAGE + 30
ROUTES = """
[forwarding]
enabled = true
max-ipv4-routes = 2000
[[route]]
prefix = "0.0.0.0/0"
via = [{ address = "198.51.100.9", weight = 3 }, "198.51.100.10"]
backup = "198.51.100.11"
[[route]]
prefix = "10.0.0.0/8"
special-next-hop = "blackhole"
[[route]]
prefix = "10.0.0.0/8"
via = "198.51.100.9"
route-preference = 9
""" + "".join(
    f'[[route]]\nprefix = "10.{number >> 8}.{number & 255}.0/24"\nvia = "198.51.100.9"\n'
    for number in range(MANY)
)


@pytest.fixture(scope="module")
def daemon(tmp_path_factory):
    with Daemon(tmp_path_factory.mktemp("routes"), PORT.format(devargs="net_null0") + ROUTES) as running:
        yield running


def show(daemon: Daemon, capsys, *words: str) -> str:
    assert invoke(["show", *words, "--socket", str(daemon.socket)]) == 0
    return capsys.readouterr().out


def shown(daemon: Daemon, capsys, *words: str):
    return json.loads(show(daemon, capsys, *words, "--json"))["routes"]


def test_all_routes_come_in_pages_and_are_shown_in_order(daemon, capsys):
    rows = shown(daemon, capsys, "routes")
    prefixes = [row["prefix"] for row in rows]
    assert prefixes[:4] == ["0.0.0.0/0", "10.0.0.0/8", "10.0.0.0/24", "10.0.1.0/24"]
    assert len(prefixes) == len(set(prefixes)) == MANY + 4
    assert {row["source"] for row in rows} == {"connected", "static"}
    assert all(row["used"] for row in rows)
    answer = daemon.ask("show-routes")
    assert len(answer["routes"]) == PAGE
    assert len(daemon.ask("show-routes", cursor=answer["next"])["routes"]) == PAGE


def test_a_prefix_and_the_way_to_an_address(daemon, capsys):
    (exact,) = shown(daemon, capsys, "routes", "10.0.0.0/8")
    assert (exact["next-hop"], exact["route-preference"], exact["next-hop-state"]) == ("blackhole", 1, None)
    assert [row["prefix"] for row in shown(daemon, capsys, "routes", "10.0.1.77")] == ["10.0.1.0/24"]
    assert [row["prefix"] for row in shown(daemon, capsys, "routes", "10.200.0.1")] == ["10.0.0.0/8"]
    (default,) = shown(daemon, capsys, "routes", "8.8.8.8")
    assert [(hop["address"], hop["weight"], hop["backup"]) for hop in default["next-hops"]] == [
        ("198.51.100.9", 3, False),
        ("198.51.100.10", 1, False),
        ("198.51.100.11", 1, True),
    ]
    assert default["next-hop-state"] == "down", "nobody answers for the neighbours"
    text = show(daemon, capsys, "routes", "8.8.8.8")
    assert "198.51.100.9 lan0 weight 3, 198.51.100.10 lan0; backup 198.51.100.11 lan0" in text
    (own,) = shown(daemon, capsys, "routes", "198.51.100.1")
    assert (own["next-hop"], own["source"]) == ("local", "connected")
    assert show(daemon, capsys, "routes", "10.0.0.0/9") == "No route to 10.0.0.0/9.\n"
    assert show(daemon, capsys, "routes", "2001:db8::1") == "No route to 2001:db8::1.\n"


def test_the_table_and_its_next_hops(daemon, capsys):
    text = show(daemon, capsys, "forwarding")
    assert f"routes: {MANY + 4} of 2000 IPv4, 0 of" in text
    assert f"2 connected, {MANY + 2} static" in text
    hops = json.loads(show(daemon, capsys, "fib-nexthops", "--json"))["next-hops"]
    assert sorted(hop["kind"] for hop in hops) == [
        "adjacent",
        "adjacent",
        "adjacent",
        "blackhole",
        "connected",
        "group",
        "local",
    ]
    (group,) = [hop for hop in hops if hop["kind"] == "group"]
    assert [member["buckets"] for member in group["members"]] == [192, 64]
    assert "(192/256)" in show(daemon, capsys, "fib-nexthops")


def test_a_listing_that_is_over_and_what_is_no_prefix_are_refused(daemon):
    for arguments in ({"cursor": "77.0"}, {"cursor": "x"}, {"prefix": "10.0.0.1/8"}, {"address": "x"}):
        with pytest.raises(CommandError) as refused:
            daemon.ask("show-routes", **arguments)
        assert refused.value.code == "bad-request"


def test_a_route_that_goes_meanwhile_is_left_out(daemon: Daemon, tmp_path: Path):
    answer = daemon.ask("show-routes")
    text = daemon.file.read_text()
    # The order is the table's; one that the first page has is told already.
    told = {row["prefix"] for row in answer["routes"]}
    later = next(one for i in range(MANY) if (one := f"10.{i >> 8}.{i & 255}.0/24") not in told)
    without = text.replace(f'[[route]]\nprefix = "{later}"\nvia = "198.51.100.9"\n', "")
    assert without != text
    daemon.file.write_text(without)
    daemon.ask("reload")
    rows = answer["routes"]
    while answer["next"] is not None:
        answer = daemon.ask("show-routes", cursor=answer["next"])
        rows += answer["routes"]
    assert len(rows) == MANY + 3
    assert later not in {row["prefix"] for row in rows}
    daemon.file.write_text(text)
    daemon.ask("reload")
    assert len(daemon.ask("show-routes", prefix="10.0.0.0/24")["routes"]) == 1
