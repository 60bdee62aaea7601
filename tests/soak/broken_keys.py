# SPDX-License-Identifier: Apache-2.0
"""Oracles that break a rule of authentication (RFC 5880 6.7): the referee has to find each of them."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from bfd_fastpath.wire.bfd import Authentication, Fault, Key, Packet
from tests.soak.ends import OracleEnd
from tests.soak.signing import MANDATORY, Signer


class TakesAnyDigest(Authentication):
    """What does not prove the key is believed."""

    def verify(self, packet: Packet, *, silent: bool = False) -> Fault | None:
        fault = super().verify(packet, silent=silent)
        return None if fault is Fault.AUTH_DIGEST else fault


class TakesReplays(Authentication):
    """Sequence numbers are not looked at."""

    def verify(self, packet: Packet, *, silent: bool = False) -> Fault | None:
        return super().verify(packet, silent=True)


class ForgetsNothing(Authentication):
    """A sequence number that has run away stays known, however long nothing is heard."""

    def verify(self, packet: Packet, *, silent: bool = False) -> Fault | None:
        return super().verify(packet)


class TakesTheSameAgain(Authentication):
    """A meticulous type that takes a packet twice."""

    def verify(self, packet: Packet, *, silent: bool = False) -> Fault | None:
        section = packet.authentication or b""
        if self.meticulous and section[4:8] == (self.rcv_auth_seq or 0).to_bytes(4, "big"):
            silent = True
        return super().verify(packet, silent=silent)


class CountsNothing(Authentication):
    """The sequence number stands still."""

    def sign(self, packet: Packet) -> Packet:
        before = self.xmit_auth_seq
        signed = super().sign(packet)
        self.xmit_auth_seq = before
        return signed


class CountsBack(Authentication):
    """A keyed type whose sequence number falls where nothing new is said."""

    def sign(self, packet: Packet) -> Packet:
        before = self.xmit_auth_seq
        signed = super().sign(packet)
        if self.xmit_auth_seq == before and not self.meticulous:
            self.xmit_auth_seq = (before - 1) % 2**32
            self._said = None
            self.xmit_auth_seq = (self.xmit_auth_seq - 1) % 2**32
            return super().sign(packet)
        return signed


class SpoilsDigest(Authentication):
    """One octet of what proves the key is another."""

    def sign(self, packet: Packet) -> Packet:
        section = bytearray(super().sign(packet).authentication or b"")
        section[-1] ^= 1
        return replace(packet, authentication=bytes(section))


class KeepsItsKey(Authentication):
    """Stays with the first key though the peer has the next."""

    def verify(self, packet: Packet, *, silent: bool = False) -> Fault | None:
        sending = self._sending
        fault = super().verify(packet, silent=silent)
        self._sending = sending
        return fault


class GoesBack(Authentication):
    """Takes the first key again whenever the chain is said again."""

    def set_keys(self, keys: Sequence[Key]) -> None:
        super().set_keys(keys)
        self._sending = self.keys[-1].key_id


class SaysWrongType(Authentication):
    """A meticulous type says that it is not."""

    def sign(self, packet: Packet) -> Packet:
        signed = super().sign(packet)
        section = bytearray(signed.authentication or b"")
        if self.meticulous and section[0] > 1:
            section[0] -= 1
        return replace(packet, authentication=bytes(section))


class TakesUnsigned(Signer):
    """A packet without a section is taken though there are keys."""

    def hear(self, session: Any, payload: bytes, now_ns: int) -> Packet | None:
        if len(payload) == MANDATORY and self.on:
            self.on = False
            packet = super().hear(session, payload, now_ns)
            self.on = True
            # The session itself would refuse it.
            return None if packet is None else replace(packet, authentication=b"\x01\x04\x00x")
        return super().hear(session, payload, now_ns)


class SignsNothing(Signer):
    """Has keys and does not use them."""

    def say(self, packet: Packet) -> bytes:
        return bytes(packet)


def _end(signer: type[Signer]) -> type[OracleEnd]:
    return type(signer.__name__, (OracleEnd,), {"make_signer": signer})


def _by(authentication: type[Authentication]) -> type[OracleEnd]:
    return _end(type(authentication.__name__, (Signer,), {"make": authentication}))


ENDS = (
    (_by(TakesAnyDigest), ("forged",)),
    (_by(TakesReplays), ("forged",)),
    (_by(TakesTheSameAgain), ("forged",)),
    (_by(ForgetsNothing), ("state", "change-untold", "poll-unanswered")),
    (_by(CountsNothing), ("auth-sequence",)),
    (_by(CountsBack), ("auth-sequence",)),
    (_by(SpoilsDigest), ("auth-section",)),
    (_by(KeepsItsKey), ("auth-section", "packet")),
    (_by(GoesBack), ("auth-section", "packet")),
    (_by(SaysWrongType), ("auth-section",)),
    (_end(TakesUnsigned), ("forged",)),
    (_end(SignsNothing), ("packet",)),
)
