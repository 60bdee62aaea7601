# SPDX-License-Identifier: Apache-2.0
"""Plays one end of a capture: packet by packet at capture time, the other ends' packets go to the engine
and the recorded end's are compared. Opens no file.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import replace
from ipaddress import ip_network
from typing import Any, Final

from bfd_fastpath.config.model import Config, InterfaceAddress, Port
from bfd_fastpath.nhib import Change, Nhib
from bfd_fastpath.nhib.explain import explain
from bfd_fastpath.replay.end_bgp import RouteServerTalk
from bfd_fastpath.replay.end_packets import (
    ECHO,
    NONE,
    SINGLE_HOP,
    Batch,
    Chunk,
    Row,
    batches,
    ip_packet,
    made_header,
    turned,
)
from bfd_fastpath.replay.end_pcapng import PcapngFile
from bfd_fastpath.replay.end_report import Address, NotPlayed, Taken
from bfd_fastpath.replay.end_stage import PEER_MAC, Stage
from bfd_fastpath.replay.end_survey import Subject, Survey
from bfd_fastpath.replay.end_takeover import AdoptingEngine, beginning, by_own, by_peer
from bfd_fastpath.replay.end_track import Track
from bfd_fastpath.router.carry_out import learned_policy, nhib_policy, spec
from bfd_fastpath.session import Attachment, EventType, SessionManager, SessionSpec
from pydp import Takeover

#: Who asks for the next hops.
_ASKER: Final = "capture"
#: Our own MAC address in what we would have sent, where the capture has none.
_OWN_MAC: Final = bytes.fromhex("020000000001")
_BFD_PORT: Final = b"\x0e\xc8"
#: So long a silence is played; by then all that could be detected was.
SILENCE_NS: Final = 600 * 10**9
_NEVER: Final = 2**64 - 1
_NOTES: Final = 10


class Player:
    """One address's sessions of one capture. `out`: where frames that we would have sent go. Use as a context
    manager. Raises PydpError where the engine cannot be had.
    """

    def __init__(
        self,
        config: Config,
        port: Port,
        address: InterfaceAddress,
        found: Survey,
        *,
        seed: int,
        out: PcapngFile | None,
        talk: RouteServerTalk | None,
    ) -> None:
        self._config, self._port, self._address = config, port, address
        self._out, self._talk = out, talk
        self._tracks = {index: Track(one, _header(one)) for index, one in found.chosen.items()}
        self._by_peer: dict[Address, Track] = {one.subject.peer: one for one in self._tracks.values()}
        self._by_octets = {peer.packed: track for peer, track in self._by_peer.items()}
        self._not_played: dict[int, NotPlayed] = {}
        sessions = min(len(self._tracks), config.engine.max_sessions)
        self._stage = Stage(address, seed=seed, sessions=sessions, sent=self._sent, happened=self._happened)
        self._engine = AdoptingEngine(self._stage.engine)
        self._nhib = Nhib()
        self._manager = SessionManager(self._engine, self._nhib, learned_policy(config))
        #: When something other than the engine is due.
        self._others_ns = _NEVER
        #: Set while commands are given whose events are no changes of state.
        self._beginning: Track | None = None
        #: Of the last packet from or to the address.
        self._heard_ns = 0
        self.notes: list[str] = []
        self.received = self.cut_off = self.sent = 0

    def play(
        self, chunks: Iterable[Chunk], start_ns: int, end_ns: int, progress: Callable[[int], None]
    ) -> None:
        """The whole capture, and what is due until its last packet. `progress` is told packet numbers."""
        self._heard_ns = start_ns
        self._stage.start(start_ns)
        if self._talk is not None:
            self._talk.open(self._stage.now_ns)
        self._manager.set_nhib_policy(nhib_policy(self._config.nhib), self._stage.now_ns)
        self._manager.set_attachments(self._attachments(), self._stage.now_ns)
        self._rearm()
        for batch in batches(chunks, self._address.address):
            self._batch(batch)
            progress(int(batch.columns["number"][-1]))
        self._advance(end_ns + 1)

    def tracks(self) -> list[Track]:
        """The sessions that were played, in the order of the capture."""
        return [self._tracks[index] for index in sorted(self._tracks) if self._tracks[index].begun]

    def not_played(self) -> list[NotPlayed]:
        """Those that the configuration or the engine would not have."""
        return [self._not_played[index] for index in sorted(self._not_played)]

    def refused(self) -> dict[str, int]:
        """Packets that the engine dropped, by reason."""
        return self._stage.refused()

    # -- packets -------------------------------------------------------------------------------------------

    def _batch(self, batch: Batch) -> None:
        columns, tracks, data = batch.columns, self._tracks, batch.data
        mask = (batch.own | batch.theirs) & (columns["kind"] != ECHO)
        own = batch.own[mask].tolist()
        for is_own, row in zip(own, batch.rows(mask), strict=True):
            if row.time_ns > self._heard_ns + SILENCE_NS:
                self._advance(row.time_ns)
            self._heard_ns = row.time_ns
            track = tracks.get(row.session)
            if track is None:
                # A malformed packet, of which the engine shall judge itself.
                if not is_own and row.session == NONE and row.kind == SINGLE_HOP:
                    self._hand(row, data)
            elif row.fault == 0 and is_own:
                self._own(track, row)
            elif not is_own:
                self._theirs(track, row, data)

    def _own(self, track: Track, row: Row) -> None:
        if not track.begun:
            if row.number == track.subject.begin.number:
                self._begin(track, row)
        elif row.my_discriminator != track.discriminator:
            self._again(track, by_own(row, track.heard, "the recorded end began again"), row)
        track.own_packet(row)

    def _theirs(self, track: Track, row: Row, data: memoryview) -> None:
        if row.fault == 0:
            if not track.begun and row.number == track.subject.begin.number:
                self._begin(track, row)
            elif track.begun and track.subject.own is None and track.discriminator is not None:
                named = row.your_discriminator
                if named not in (0, track.discriminator):
                    why = "the peer names another discriminator: the end that was not captured began again"
                    self._again(track, by_peer(row, named, 0, why), row)
            track.heard = row
            track.received += 1
        self._hand(row, data)

    def _hand(self, row: Row, data: memoryview) -> None:
        packet = ip_packet(row, data)
        if packet is None:
            self.cut_off += 1
            return
        self.received += 1
        if min(self._stage.due_ns, self._others_ns) < row.time_ns:
            self._advance(row.time_ns)
        self._stage.hand(packet, row.vlan, row.time_ns)

    # -- sessions ------------------------------------------------------------------------------------------

    def _begin(self, track: Track, row: Row) -> None:
        peer = track.subject.peer
        self._advance(row.time_ns)
        self._stage.turn(row.time_ns)
        self._stage.pin(peer, track.subject.vlan)
        taken, takeover = beginning(track.subject, track.heard)
        if takeover is not None:
            self._engine.prepare(peer, takeover)
        self._beginning = track
        track.begins(taken)
        self._apply(self._manager.want(peer, _ASKER, self._spec(track), row.time_ns))
        self._settle(track)

    def _again(self, track: Track, begins: tuple[Taken, Takeover | None], row: Row) -> None:
        session = self._manager.session_of(track.subject.peer)
        if session is None:
            return
        self._advance(row.time_ns)
        self._stage.turn(row.time_ns)
        taken, takeover = begins
        if takeover is not None:
            self._engine.prepare(track.subject.peer, takeover)
        self._beginning = track
        track.begins(taken)
        self._engine.drop(session)
        self._settle(track)

    def _settle(self, track: Track) -> None:
        """The commands are given: their events are told, and the session is there, or it is said why not."""
        self._stage.tell()
        self._beginning = None
        if self._manager.session_of(track.subject.peer) is None:
            self._refuse(track)
        self._stage.turn(self._stage.now_ns)
        self._rearm()

    def _refuse(self, track: Track) -> None:
        peer, entry = track.subject.peer, self._nhib.get(track.subject.peer)
        reason = entry.reason.value if entry is not None else "unwanted"
        text = self._manager.refusals().get(peer)
        if text is None:
            text = explain(entry, self._stage.now_ns) if entry is not None else "nothing wants it"
        if len(track.taken) > 1:
            track.notes.append(f"our session could not begin again: {text}")
            return
        track.taken.clear()
        del self._tracks[track.subject.index]
        self._not_played[track.subject.index] = NotPlayed(
            track.subject.index + 1, peer, "path-ip-sh", reason, text
        )

    def _spec(self, track: Track) -> SessionSpec | None:
        """What the configuration wrote down for this peer and from this address; None: the learned policy."""
        for session in self._config.sessions:
            if session.dest_addr == track.subject.peer and session.source_addr == self._address.address:
                return replace(spec(session), vlan=track.subject.vlan)
        return None

    def _attachments(self) -> list[Attachment]:
        """Our subnet on the VLAN where the capture has most peers, and a path of its own for each other."""
        port, own = self._port, self._address
        subjects = [track.subject for track in self._tracks.values()]
        vlans = Counter(one.vlan for one in subjects)
        most = max(sorted(vlans), key=lambda vlan: vlans[vlan], default=own.vlan)
        return [Attachment(0, port.name, own.address, own.network, most, port.lan)] + [
            Attachment(0, port.name, own.address, ip_network(one.peer), one.vlan, port.lan)
            for one in subjects
            if one.vlan != most and one.peer in own.network
        ]

    # -- what comes of it ----------------------------------------------------------------------------------

    def _sent(self, time_ns: int, frame: bytes) -> None:
        at = 18 if frame[12:14] == b"\x81\x00" else 14
        version = frame[at] >> 4
        udp = at + (20 if version == 4 else 40)
        # The destination address ends the header in both versions.
        track = self._by_octets.get(frame[udp - (4 if version == 4 else 16) : udp])
        if track is None or frame[udp + 2 : udp + 4] != _BFD_PORT:
            return
        self.sent += 1
        track.our_packet(frame[udp + 8 : udp + 32])
        if self._out is not None:
            self._out.frame(time_ns, track.header + frame[at:])

    def _happened(self, batch: Any) -> None:
        drained = self._manager.events(batch)
        for address, record in drained.seen():
            track = self._by_peer.get(address)
            if record.type == EventType.STATE and track is not None and track is not self._beginning:
                track.our_change(record)
        self._report(drained.changes)
        self._apply(self._manager.settle(self._stage.now_ns))
        self._rearm()

    def _apply(self, changes: list[Change]) -> None:
        while changes:
            self._report(changes)
            changes = self._manager.settle(self._stage.now_ns)

    def _report(self, changes: list[Change]) -> None:
        if changes and self._talk is not None:
            self._talk.report(changes, self._stage.now_ns)

    # -- time ----------------------------------------------------------------------------------------------

    def _advance(self, until_ns: int) -> None:
        """Everything that is due before this time, in its order; after a long silence nothing any more, so
        that a stamp of another year does not cost a year of hellos.
        """
        limit_ns = self._heard_ns + SILENCE_NS
        if until_ns > limit_ns and len(self.notes) < _NOTES:
            seconds = (until_ns - self._heard_ns) // 10**9
            self.notes.append(
                f"no packet of {self._address.address} for {seconds} s: all but the first "
                f"{SILENCE_NS // 10**9} s of that were passed over"
            )
        stage = self._stage
        while True:
            due_ns = stage.due_ns if stage.due_ns < limit_ns else _NEVER
            now_ns = min(due_ns, self._others_ns)
            if now_ns >= until_ns:
                break
            stage.turn(now_ns)
            if self._others_ns <= now_ns:
                self._others(now_ns)
        if until_ns > limit_ns:
            stage.turn(until_ns)

    def _others(self, now_ns: int) -> None:
        """What is due that is not the engine's: the NHIB's times, and BGP's."""
        self._apply(self._manager.timer(now_ns))
        if self._talk is not None:
            self._talk.timer(now_ns)
        self._stage.rearm()
        self._rearm()
        self._others_ns = max(self._others_ns, now_ns + 1)

    def _rearm(self) -> None:
        times = [
            self._manager.next_deadline(),
            self._talk.next_deadline() if self._talk is not None else None,
        ]
        self._others_ns = min((time for time in times if time is not None), default=_NEVER)

    def close(self) -> None:
        self._stage.close()

    def __enter__(self) -> Player:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


def _header(subject: Subject) -> bytes:
    """What our frames begin with: as the recorded end's, else as the peer's turned round, else made."""
    if subject.own_header is not None:
        return subject.own_header
    if subject.peer_header is not None:
        return turned(subject.peer_header)
    return made_header(PEER_MAC, _OWN_MAC, subject.vlan, subject.peer.version)
