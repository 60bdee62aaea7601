# SPDX-License-Identifier: Apache-2.0
"""Lines of the daemons' logs as changes of state."""

from tests.replay.journal import Change, changes, of_bfd, told_of

FRR = "2026/11/23 00:23:21.281004 BFD: [SEY1D-NT8EQ] state-change: [mhop:no peer:192.0.2.2 local:192.0.2.1 vrf:default ifname:eth0]"
BIRD = "2026-11-23 00:23:21.017953 <TRACE> bfd1: Session to 192.0.2.1"
FIRST_US = 1_795_393_401_017_953


def test_both_daemons_changes_are_read_in_the_order_of_time() -> None:
    lines = [
        f"192.0.2.1 frr {FRR} up -> down reason:control-expired\n",
        f"192.0.2.2 bird {BIRD} expired\n",
        f"192.0.2.2 bird {BIRD} changed state from Up to Down\n",
    ]
    assert changes(lines) == [
        Change(FIRST_US, "192.0.2.2", "192.0.2.1", "up", "down", "control-expiry"),
        Change(FIRST_US + 263_051, "192.0.2.1", "192.0.2.2", "up", "down", "control-expiry"),
    ]


def test_an_expiry_that_changed_nothing_is_no_reason_for_a_later_change() -> None:
    later = BIRD.replace("21.01", "22.01")
    lines = [
        f"192.0.2.2 bird {BIRD} expired",
        f"192.0.2.2 bird {later} changed state from Up to Down",
    ]
    assert [change.diagnostic for change in changes(lines)] == [None]


def test_of_changes_at_once_the_last_is_told() -> None:
    down = f"192.0.2.2 bird {BIRD} changed state from Up to Down"
    init = down.replace("017953", "017960").replace("Up to Down", "Down to Init")
    later = down.replace("21.017953", "23.017953").replace("Up to Down", "Init to Up")
    assert [change.new for change in told_of(changes([down, init, later]))] == ["init", "up"]


def test_lines_about_anything_else_are_left_out() -> None:
    text = f"{FRR} init -> up\n2026/11/23 00:23:13.819385 ZEBRA: [YDZ55-W3VM6] x\n"
    assert of_bfd("192.0.2.1", "frr", text) == [f"192.0.2.1 frr {FRR} init -> up"]
    assert of_bfd("192.0.2.2", "bird", f"{BIRD} expired\n2026 <INFO> Started\n") == [
        f"192.0.2.2 bird {BIRD} expired"
    ]
