# SPDX-License-Identifier: Apache-2.0
"""What is wrong with a peer's messages is counted over its sessions and logged whole, and cannot fill the log."""

import asyncio

from structlog.testing import capture_logs

from bfd_fastpath.net.malformed_log import LINES, WINDOW_NS, MalformedLog
from bfd_fastpath.wire.bgp import Closed, Fault, Malformed, Notification, Update, UpdateReceived, counts
from bfd_fastpath.wire.bgp.events import NotificationSent
from bfd_fastpath.wire.bgp.message import MessageType, frame
from tests.net.bgp_loopback import Peer, ScriptedPeer, listening, until
from tests.wire.bgp.messages import MANDATORY, body

BAD = body(MANDATORY + bytes.fromhex("c00800"))
"""COMMUNITIES of no octets: withdrawn."""


def test_faults_are_counted_over_sessions_and_logged_whole():
    async def story():
        server = Peer(64501, connect=False)
        async with listening(server) as listener:
            for _ in range(2):
                peer = await ScriptedPeer.to(listener)
                await peer.establish(64500)
                peer.say(frame(MessageType.UPDATE, BAD))
                peer.say(frame(MessageType.UPDATE, bytes.fromhex("00ff0000")))
                assert (await peer.hear_notification()).code == 3
                peer.close()
                await until(lambda: server.told(Closed))
                server.events.clear()
            return counts(server.speaker.malformed)

    with capture_logs() as lines:
        assert asyncio.run(story()) == {"update-lengths": 2, "communities": 2}
    told = [line for line in lines if line["event"] == "malformed"]
    assert [line.get("counters") for line in told] == [["communities"], None] * 2
    assert (told[0]["update"], told[0]["nlri"]) == (BAD.hex(), ["203.0.113.0/24"])
    assert told[1]["message"].endswith("00ff0000")


def test_what_comes_instead_of_an_open_is_counted():
    async def story():
        server = Peer(64501, connect=False)
        async with listening(server) as listener:
            for octets in (bytes(19), frame(MessageType.UPDATE, BAD)):
                peer = await ScriptedPeer.to(listener)
                peer.say(octets)
                await peer.hear_notification()
                peer.close()
            return counts(server.speaker.malformed)

    assert asyncio.run(story()) == {"header-marker": 1, "unexpected-message": 1}


def test_lines_are_bounded_and_what_is_left_out_is_told():
    now = [0]
    log = MalformedLog("192.0.2.1", lambda: now[0])
    sent = NotificationSent(Notification(3, 1), "why", b"\0")
    with capture_logs() as lines:
        for _ in range(LINES + 5):
            log.happened(sent)
        now[0] = WINDOW_NS
        log.happened(sent)
    assert len(lines) == LINES + 1
    assert lines[-1]["left_out"] == 5


def test_an_update_of_two_parts_is_one_line():
    log = MalformedLog("192.0.2.1", lambda: 0)
    octets, faults = bytes(4), (Fault(Malformed.MED, "short"),)
    with capture_logs() as lines:
        for _ in range(2):
            log.happened(UpdateReceived(Update(), faults, octets))
        log.happened(UpdateReceived(Update()))
    assert len(lines) == 1
