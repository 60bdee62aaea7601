# SPDX-License-Identifier: Apache-2.0
"""What the pages rely on inside the objects of a document whose keys are free: the facts of a machine, and a
row's detail. What is there has to be of this shape; what is not there is not missed."""

from collections.abc import Mapping
from typing import Any, Final

from bfd_fastpath.bench.reading import DocumentError, Fields

#: By key, what is inside: of the machine, and of its cpu.
#: And of a pool of hugepages, and of what doctor found.
_POOL: Final = {"page-kib": int, "free": int}
_FINDING: Final = {"state": str}
_MACHINE: Final = {
    "cpu": dict,
    "hugepages": list,
    "governor": dict,
    "tsc-hz": int | float,
    "memory-mib": int,
    "pinned": dict,
    "far-end": dict,
}


def machine(value: dict[str, Any]) -> dict[str, Any]:
    """The same; DocumentError where it is of another shape."""
    _kinds("machine", value, _MACHINE)
    cpu = value.get("cpu") or {}
    _objects("machine.cpu.caches", cpu.get("caches"), {})
    _objects("machine.hugepages", value.get("hugepages"), _POOL)
    doctor = value.get("doctor")
    if isinstance(doctor, dict):
        _objects("machine.doctor.findings", doctor.get("findings"), _FINDING)
    return value


def _kinds(place: str, value: dict[str, Any], kinds: Mapping[str, Any]) -> None:
    for name, kind in kinds.items():
        found = value.get(name)
        if found is not None and not isinstance(found, kind):
            raise DocumentError(f"{place}.{name} is {found!r}")


def _objects(place: str, value: Any, kinds: Mapping[str, Any]) -> None:
    if value is None:
        return
    if not isinstance(value, list):
        raise DocumentError(f"{place} is {value!r}, not a list")
    for number, one in enumerate(value):
        Fields(f"{place}[{number}]", one)
        _kinds(f"{place}[{number}]", one, kinds)


def detail(place: str, value: dict[str, Any]) -> dict[str, Any]:
    """The same; DocumentError where what is drawn of it is of another shape."""
    fields = Fields(place, value)
    if "cdf" in value:
        _cdf(f"{place}.cdf", fields.take("cdf", list))
    if "peers-cdf" in value:
        peers = fields.fields("peers-cdf")
        for name in peers.names():
            _cdf(peers.at(name), peers.take(name, list))
    if "stages" in value:
        stages = fields.fields("stages")
        for name in stages.names():
            stages.number(name)
    return value


def _cdf(place: str, value: list[Any]) -> None:
    points = [_pair(f"{place}[{number}]", one) for number, one in enumerate(value)]
    if points != sorted(points) or any(not 0 < share <= 1 for _, share in points):
        raise DocumentError(f"{place} does not ascend to a share of 1")


def _pair(place: str, value: Any) -> tuple[float, float]:
    if not isinstance(value, list) or len(value) != 2:
        raise DocumentError(f"{place} is {value!r}, not a figure and a share")
    pair = Fields(place, {"figure": value[0], "share": value[1]})
    return pair.number("figure"), pair.number("share")
