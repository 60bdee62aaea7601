# SPDX-License-Identifier: Apache-2.0
"""The recorded cases in which the ends authenticate, and what is done to their keys."""

from typing import Any

from tests.replay.record.case import case
from tests.replay.record.scene import Scene


def _with_key(kind: str) -> str:
    return f'authentication {kind}; password "example" {{ id 7; }};'


def _authenticated(name: str) -> dict[str, Any]:
    endpoint = {"authentication": name, "auth-key-id": 7}
    return {"sessions": [{"endpoints": {"any-order": [endpoint, endpoint]}}]}


@case("bird", "bird", 4, "A simple password.", more=_authenticated("simple-password"))
def simple_password(scene: Scene) -> None:
    scene.settled(text=_with_key("simple"))


@case("bird", "bird", 6, "Keyed MD5.", more=_authenticated("keyed-md5"))
def keyed_md5(scene: Scene) -> None:
    scene.settled(text=_with_key("keyed md5"))


@case("bird", "bird", 4, "Meticulous keyed MD5.", more=_authenticated("meticulous-keyed-md5"))
def meticulous_md5(scene: Scene) -> None:
    scene.settled(text=_with_key("meticulous keyed md5"))


@case("bird", "bird", 4, "Keyed SHA1.", more=_authenticated("keyed-sha1"))
def keyed_sha1(scene: Scene) -> None:
    scene.settled(text=_with_key("keyed sha1"))


@case(
    "bird",
    "bird",
    6,
    "Meticulous keyed SHA1; the path is cut one way.",
    verdict="path-cut-one-way",
    more=_authenticated("meticulous-keyed-sha1"),
)
def meticulous_sha1(scene: Scene) -> None:
    scene.settled(text=_with_key("meticulous keyed sha1"))
    scene.cut("b")
    scene.down("a", "b")
    scene.hold(1)


@case(
    "bird",
    "bird",
    4,
    "One end's key changes, and the other's does not.",
    verdict="unknown",
    more=_authenticated("meticulous-keyed-sha1"),
)
def other_key(scene: Scene) -> None:
    scene.settled(text=_with_key("meticulous keyed sha1"))
    scene.note(f"{scene.addresses['b']}'s key changes")
    scene.bird("b").authenticate('authentication meticulous keyed sha1; password "other" { id 7; };')
    scene.down("a", "b")
    scene.hold(1)


@case(
    "bird",
    "bird",
    4,
    "One end authenticates no longer.",
    verdict="authentication",
    more={
        "sessions": [
            {
                "endpoints": {
                    "any-order": [
                        {"authentication": "keyed-md5", "auth-key-id": 7},
                        {"authentication": "none"},
                    ]
                }
            }
        ]
    },
)
def one_without_key(scene: Scene) -> None:
    scene.settled(text=_with_key("keyed md5"))
    scene.note(f"{scene.addresses['b']} authenticates no longer")
    scene.bird("b").authenticate("")
    scene.down("a", "b")
    scene.hold(1)
