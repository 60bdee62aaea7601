# SPDX-License-Identifier: Apache-2.0
"""A simple password (RFC 5880 6.7.2), sent and received."""

from dataclasses import replace
from typing import Final

from bfd_fastpath.lab.conformance.authentication import AuthType, Key, seal
from bfd_fastpath.lab.conformance.scene import Scene
from bfd_fastpath.lab.conformance.script import Scripts
from bfd_fastpath.lab.conformance.subject import Wish

scripts = Scripts()
KEY: Final = Key(AuthType.SIMPLE_PASSWORD, 7, b"a password")


@scripts.scene(16, 17, 18, 19)
def password_sent(s: Scene) -> None:
    s.begin(Wish(key=KEY))
    key = s.wish.key or KEY
    s.come_up()
    s.answers_poll("Poll")
    s.far.run(1)
    heard = s.far.heard
    found = [one.section for one in heard]
    shown = heard[:4]
    count = f"{len(heard)} packets from Down to Up"
    right = [x is not None and x.proof == key.secret and x.key_id == key.key_id for x in found]
    s.show(16, all(right), f"{count}: {sum(right)} have the password and key ID {key.key_id}", *shown)
    types = {x.type for x in found if x is not None}
    s.show(17, types == {1} and all(found), f"{count}: Auth Type {_listed(types)}", *shown)
    lengths = {x.length for x in found if x is not None}
    fit = all(
        x is not None and x.length == 3 + len(x.proof) == one.octets[3] - 24
        for x, one in zip(found, heard, strict=True)
    )
    s.show(18, fit and lengths == {3 + len(key.secret)}, f"{count}: Auth Len {_listed(lengths)}", *shown)
    octets = {len(x.proof) for x in found if x is not None}
    good = bool(octets) and min(octets) >= 1 and max(octets) <= 16
    s.show(19, good, f"{count}: a password of {_listed(octets)} octets", *shown)


@scripts.scene(22, 23, 24, 25, 26)
def password_received(s: Scene) -> None:
    s.begin(Wish(key=KEY))
    key = s.wish.key or KEY
    s.come_up()
    far = s.far

    def refused(row: int, octets: bytes, what: str) -> None:
        answer = s.answers_octets(octets, f"row {row}: {what}")
        bad = far.sent[-1]
        good = s.answers_poll("a good Poll")
        if good is None:
            s.show(row, False, f"after {what} a good Poll had no answer", bad)
        s.show(
            row,
            answer is None,
            f"{what}: {'no answer' if answer is None else 'answered'}",
            bad,
            *([answer] if answer else []),
        )

    packet = far.packet(poll=True)
    refused(22, bytes(packet), "no section")
    md5 = Key(AuthType.KEYED_MD5, key.key_id, key.secret)
    refused(22, seal(packet, md5, 1), "keyed MD5 with the same secret")
    refused(23, seal(packet, replace(key, key_id=key.key_id ^ 1), 0), "another key ID")
    longer = bytes((1, 4 + len(key.secret), key.key_id)) + key.secret + b"\0"
    refused(24, bytes(replace(packet, authentication=longer)), "Auth Len one too long, with an octet more")
    shorter = bytes((1, 2 + len(key.secret), key.key_id)) + key.secret
    refused(24, bytes(replace(packet, authentication=shorter)), "Auth Len one too short")
    for secret in (key.secret[:-1] + b"?", b"A" + key.secret[1:]):
        refused(25, seal(packet, replace(key, secret=secret), 0), "another password")
    good = s.answers_poll("row 26: the password")
    s.expect(
        26,
        good is not None,
        "the right password: its Poll is answered",
        far.sent[-1],
        *([good] if good else []),
    )


def _listed(values: set[int]) -> str:
    return ", ".join(map(str, sorted(values))) or "none"
