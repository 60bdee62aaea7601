# SPDX-License-Identifier: Apache-2.0
"""The steps between two configurations: few, ordered, and the same for start, reload and diff."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bfd_fastpath.config import plan, render_plan, restarts_needed
from bfd_fastpath.config.plan import session_moves
from bfd_fastpath.config.steps import (
    AddAddress,
    AddNeighbor,
    AddSession,
    ChangeNeighbor,
    ChangeSession,
    NeedsRestart,
    OpenPort,
    RemoveAddress,
    RemoveNeighbor,
    RemoveSession,
    SetBfd,
    SetControl,
    SetDampening,
    SetFuse,
    SetLan,
    SetLog,
    SetNhib,
    SetReport,
    StartRouter,
)
from tests.config.texts import GOOD, changed, good


def kinds(steps):
    return [type(step) for step in steps]


def between(*replacements):
    return plan(good(), good(changed(*replacements)))


def test_a_start_is_everything_in_an_order_that_works():
    assert kinds(plan(None, good())) == [
        SetLog,
        StartRouter,
        OpenPort,
        AddAddress,
        AddAddress,
        SetNhib,
        SetReport,
        SetFuse,
        SetBfd,
        SetDampening,
        AddSession,
        AddSession,
        AddNeighbor,
        SetControl,
    ]


def test_the_same_configuration_is_no_step():
    assert plan(good(), good()) == []
    assert render_plan([]) == "no change\n"


def test_one_changed_timer_is_exactly_one_step_for_one_session():
    steps = between(('min-interval = "50ms"', 'min-interval = "100ms"'))
    assert kinds(steps) == [ChangeSession]
    (step,) = steps
    assert isinstance(step, ChangeSession)
    assert step.new == good(changed(('"50ms"', '"100ms"'))).sessions[0]
    assert not session_moves(step)
    assert render_plan(steps) == (
        "~ session 198.51.100.2: desired-min-tx-interval 50ms -> 100ms, required-min-rx-interval 50ms -> 100ms\n"
    )


def test_a_changed_default_changes_the_sessions_that_took_it_and_no_other():
    steps = plan(good(), good(GOOD + "[bfd]\nmin-interval = '300ms'\n"))
    assert kinds(steps) == [SetBfd, ChangeSession]
    assert "~ session 2001:db8::2" in render_plan(steps)


def test_sessions_come_before_others_go():
    steps = between(('"198.51.100.2"', '"198.51.100.3"'))
    assert kinds(steps) == [AddSession, RemoveSession]
    assert render_plan(steps) == (
        "+ session 198.51.100.3 on lan0 from 198.51.100.1, 3 x 50ms/50ms, active\n"
        "- session 198.51.100.2 on lan0, saying AdminDown first\n"
    )


def test_another_address_of_ours_is_added_first_and_the_old_one_removed_last():
    steps = between(('"198.51.100.1/24"', '"198.51.100.9/24"'))
    assert kinds(steps) == [AddAddress, ChangeSession, ChangeNeighbor, RemoveAddress]
    moved = steps[1]
    assert isinstance(moved, ChangeSession)
    assert session_moves(moved)
    assert "(starts anew)" in render_plan(steps)


def test_another_lan_changes_the_lan_and_what_may_be_tracked():
    steps = between(('"2001:db8::1/64"]', '"2001:db8::1/64"]\nlan = ["198.51.100.0/24"]'))
    assert kinds(steps) == [SetLan, SetNhib]


@pytest.mark.parametrize(
    ("replacement", "key"),
    [
        (("asn = 64500", "asn = 64501"), "router.asn"),
        (('"192.0.2.1"', '"192.0.2.2"'), "router.router-id"),
        (("iface=eth1", "iface=eth2"), "port[lan0].devargs"),
        (('name = "lan0"', 'name = "lan0"\nmtu = 9000'), "port[lan0].mtu"),
        (("[[neighbor]]", "[engine]\ncpu = 1\n[[neighbor]]"), "engine.cpu"),
        (("[[neighbor]]", "[eal]\narguments = ['-x']\n[[neighbor]]"), "eal.arguments"),
        (('name = "lan0"', 'name = "lan0"\nneighbours = "kernel"'), "port[lan0].neighbours"),
    ],
)
def test_what_a_running_process_cannot_do_is_said_and_not_done(replacement, key):
    steps = between(replacement)
    assert key in [step.key for step in restarts_needed(steps)]
    assert {NeedsRestart} >= set(kinds(steps))
    assert f"! {key}" in render_plan(steps)
    assert "needs a restart" in render_plan(steps)


def test_a_new_port_needs_a_restart_and_its_addresses_wait_for_it():
    steps = plan(good(), good(GOOD + '[[port]]\nname = "lan1"\ndevargs = "x"\naddresses = ["10.0.0.1/8"]\n'))
    assert [step.key for step in restarts_needed(steps)] == ["port[lan1]"]
    assert AddAddress not in kinds(steps)
    back = plan(good(GOOD + '[[port]]\nname = "lan1"\ndevargs = "x"\naddresses = ["10.0.0.1/8"]\n'), good())
    assert [step.key for step in restarts_needed(back)] == ["port[lan1]"]
    assert RemoveAddress not in kinds(back)


@pytest.mark.parametrize(
    ("replacement", "reconnects"),
    [
        (("remote-as = 64999", "remote-as = 64999\ndescription = 'x'"), False),
        (("remote-as = 64999", "remote-as = 64999\nlearn-next-hops = false"), False),
        (('"192.0.2.0/24", ', ""), False),
        (("remote-as = 64999", "remote-as = 64998"), True),
        (("remote-as = 64999", "remote-as = 64999\nhold-time = 30"), True),
        (("remote-as = 64999", "remote-as = 64999\nttl-security = true"), True),
    ],
)
def test_a_changed_neighbor_reconnects_only_where_the_session_has_to(replacement, reconnects):
    (step,) = between(replacement)
    assert isinstance(step, ChangeNeighbor)
    assert step.reconnects is reconnects
    assert ("(reconnects)" in render_plan([step])) is reconnects


def test_neighbors_are_the_same_by_address_and_tcp_port():
    steps = between(("remote-as = 64999", "remote-as = 64999\nport = 1179"))
    assert kinds(steps) == [AddNeighbor, RemoveNeighbor]
    assert "+ neighbor 198.51.100.254 port 1179 AS 64999" in render_plan(steps)


@pytest.mark.parametrize(
    ("text", "step", "line"),
    [
        ("[log]\nlevel = 'debug'\n", SetLog, "~ log: level info -> debug"),
        ("[report]\nannounce-unverified = true\n", SetReport, "~ report: announce-unverified false -> true"),
        (
            "[report]\nlink-quality = true\nlink-quality-interval = '1m'\n",
            SetReport,
            "~ report: link-quality false -> true, link-quality-interval 30s -> 1m",
        ),
        ("[fuse]\nshare = 50\nhold = '2s'\n", SetFuse, "~ fuse: share 80 -> 50, hold none -> 2s"),
        ("[nhib]\nlinger = '5s'\n", SetNhib, "~ nhib: linger 1m -> 5s"),
        ("[control]\nmode = '0660'\n", SetControl, "~ control: mode 0600 -> 0660"),
    ],
)
def test_each_plain_section_is_one_step(text, step, line):
    steps = plan(good(), good(GOOD + text))
    assert kinds(steps) == [step]
    assert render_plan(steps) == line + "\n"


def test_only_steps_can_be_rendered():
    with pytest.raises(TypeError, match="int"):
        render_plan([5])  # type: ignore[list-item]


variants = st.fixed_dictionaries(
    {
        "hosts": st.sets(st.integers(2, 9), max_size=5),
        "interval": st.sampled_from([50, 100, 300]),
        "peers": st.sets(st.integers(250, 254), max_size=3),
        "own": st.sampled_from([1, 20]),
        "down": st.booleans(),
    }
)


def configuration(variant):
    text = '[router]\nasn = 64500\nrouter-id = "192.0.2.1"\n'
    text += f'[[port]]\nname = "p"\ndevargs = "d"\naddresses = ["198.51.100.{variant["own"]}/24"]\n'
    for host in sorted(variant["hosts"]):
        text += f'[[session]]\ninterface = "p"\ndest-addr = "198.51.100.{host}"\n'
        text += f'min-interval = "{variant["interval"]}ms"\nadmin-down = {str(variant["down"]).lower()}\n'
    for peer in sorted(variant["peers"]):
        text += f'[[neighbor]]\naddress = "198.51.100.{peer}"\nremote-as = 64999\n'
    return good(text)


@settings(max_examples=60, deadline=None)
@given(old=variants, new=variants)
def test_carrying_out_a_plan_gives_the_new_configuration(old, new):
    before, after = configuration(old), configuration(new)
    sessions = {one.dest_addr: one for one in before.sessions}
    peers = {one.key: one for one in before.neighbors}
    addresses = set(before.ports[0].addresses)
    for step in plan(before, after):
        match step:
            case AddSession(session):
                assert session.dest_addr not in sessions
                assert session.source_addr in {one.address for one in addresses}
                sessions[session.dest_addr] = session
            case ChangeSession(was, session):
                assert sessions[session.dest_addr] == was != session
                assert session.source_addr in {one.address for one in addresses}
                sessions[session.dest_addr] = session
            case RemoveSession(session):
                assert sessions.pop(session.dest_addr) == session
            case AddNeighbor(neighbor):
                peers[neighbor.key] = neighbor
            case RemoveNeighbor(neighbor):
                del peers[neighbor.key]
            case AddAddress(_, address):
                addresses.add(address)
            case RemoveAddress(_, address):
                assert address.address not in {one.source_addr for one in sessions.values()}
                addresses.remove(address)
    assert sorted(sessions.values(), key=str) == sorted(after.sessions, key=str)
    assert sorted(peers.values(), key=str) == sorted(after.neighbors, key=str)
    assert addresses == set(after.ports[0].addresses)
    assert render_plan(plan(before, after)).endswith("\n")
