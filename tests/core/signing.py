# SPDX-License-Identifier: Apache-2.0
"""An authenticating end under test behind one face, be it the C core's or the oracle's: it hears packets, signed or not, and
signs what its session has to say."""

from abc import ABC, abstractmethod
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from bfd_fastpath.wire.bfd import (
    Algorithm,
    Authentication,
    Fault,
    Key,
    Packet,
    SessionConfig,
    decode,
    sign,
)
from tests.core.binding import ffi, lib
from tests.core.frames import exactly
from tests.core.scene import LOCAL
from tests.core.subject import FAULT_NAMES, Native, Oracle, Subject

SIMPLE, MD5, SHA1 = Algorithm.SIMPLE_PASSWORD, Algorithm.MD5, Algorithm.SHA_1
LONGEST_PACKET = 52

CONFIG = SessionConfig(desired_min_tx_us=50_000, required_min_rx_us=50_000, authentication=True)


class End(ABC):
    """One end. Times are nanoseconds."""

    subject: Subject

    @abstractmethod
    def verify(self, packet: Packet, now: int) -> Fault | None: ...
    @abstractmethod
    def sign(self, packet: Packet) -> Packet: ...
    @abstractmethod
    def set_keys(self, keys: Sequence[Key]) -> None: ...
    @abstractmethod
    def count_from(self, sequence: int) -> None:
        """This is what was sent last."""

    @property
    @abstractmethod
    def sending(self) -> int:
        """Key ID of the key that is sent with."""

    @property
    @abstractmethod
    def state(self) -> tuple[int, int | None, int]:
        """bfd.XmitAuthSeq, bfd.RcvAuthSeq (None while not known) and the key that is sent with."""

    def hear(self, packet: Packet, now: int) -> Fault | None:
        """As the receive path does it: admitted, verified, and only then the session's."""
        admitted = self.admits(packet)
        if admitted is None and packet.authentication is not None:
            admitted = self.verify(packet, now)
        if admitted is not None:
            return admitted
        return self.subject.receive(packet, now).fault

    def admits(self, packet: Packet) -> Fault | None:
        return Fault.UNAUTHENTICATED if packet.authentication is None else None

    def say(self, **changes: Any) -> Packet:
        """What the session has to say, signed."""
        return self.sign(replace(self.subject.packet(), **changes))


class NativeEnd(End):
    """The C core."""

    def __init__(self, keys: Sequence[Key], *, meticulous: bool = False, seed: int = 1) -> None:
        native = Native(CONFIG, LOCAL, 0, seed)
        self.subject, self.native = native, native
        self.chain = ffi.new("struct bfd_key_chain *")
        self.auth = ffi.new("struct bfd_auth_state *")
        self.set_keys(keys)
        lib.bfd_auth_begin(self.auth, 1, meticulous, native.rng)

    def set_keys(self, keys: Sequence[Key]) -> None:
        raw = ffi.new("struct bfd_key[]", len(keys))
        for place, key in zip(raw, keys, strict=True):
            place.id, place.algorithm, place.length = key.key_id, key.algorithm, len(key.secret)
            ffi.memmove(place.secret, key.secret, len(key.secret))
        lib.bfd_key_chain_replace(self.chain, raw, len(keys))

    def admits(self, packet: Packet) -> Fault | None:
        return _fault(lib.bfd_session_admits(self.native.c, _parsed(bytes(packet))))

    def verify(self, packet: Packet, now: int) -> Fault | None:
        octets = bytes(packet)
        data = exactly(octets)
        return _fault(lib.bfd_auth_verify(self.auth, self.chain, self.native.c, data, _parsed(octets), now))

    def sign(self, packet: Packet) -> Packet:
        room = ffi.new("uint8_t[]", LONGEST_PACKET)
        ffi.memmove(room, bytes(packet), 24)
        length = lib.bfd_auth_sign(self.auth, self.chain, room)
        return decode(bytes(room)[:length])

    def count_from(self, sequence: int) -> None:
        self.auth.xmit_sequence = sequence

    @property
    def sending(self) -> int:
        return int(lib.bfd_auth_key(self.auth, self.chain).id)

    @property
    def state(self) -> tuple[int, int | None, int]:
        received = self.auth.receive_sequence if self.auth.sequence_known else None
        return self.auth.xmit_sequence, received, self.sending


class OracleEnd(End):
    """The pure-Python one."""

    def __init__(self, keys: Sequence[Key], *, meticulous: bool = False, seed: int = 1) -> None:
        oracle = Oracle(CONFIG, LOCAL, 0, seed)
        self.subject, self.oracle = oracle, oracle
        start = oracle.random.draw() << 16  # another random start than the core's
        self.auth = Authentication(keys, meticulous=meticulous, xmit_auth_seq=start)

    def set_keys(self, keys: Sequence[Key]) -> None:
        self.auth.set_keys(keys)

    def verify(self, packet: Packet, now: int) -> Fault | None:
        session = self.oracle.session
        detection_us = session.remote_multiplier * session.negotiated_rx_us
        silence = 2000 * (session.detection_us if session.demanding else detection_us)
        silent = session.last_rx_ns is not None and now - session.last_rx_ns >= silence
        return self.auth.verify(packet, silent=silent)

    def sign(self, packet: Packet) -> Packet:
        return self.auth.sign(packet)

    def count_from(self, sequence: int) -> None:
        self.auth.xmit_auth_seq = sequence

    @property
    def sending(self) -> int:
        return self.auth.key.key_id

    @property
    def state(self) -> tuple[int, int | None, int]:
        return self.auth.xmit_auth_seq, self.auth.rcv_auth_seq, self.sending


def _parsed(octets: bytes) -> Any:
    parsed = ffi.new("struct bfd_packet *")
    assert lib.bfd_packet_parse(octets, len(octets), parsed) == 0
    return parsed


def _fault(number: int) -> Fault | None:
    return Fault(FAULT_NAMES[number]) if number else None


def signed(packet: Packet, key: Key, sequence: int = 1, *, meticulous: bool = False) -> Packet:
    """What a peer with the key says."""
    return sign(packet, key, meticulous=meticulous, sequence=sequence)


def section(packet: Packet) -> bytes:
    """The authentication section, which is there."""
    assert packet.authentication is not None
    return packet.authentication
