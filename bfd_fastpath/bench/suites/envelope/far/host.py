# SPDX-License-Identifier: Apache-2.0
"""The machine that a far end is on: what figures depend on there, as its greeting tells it and the document
of a run has it.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Self

from bfd_fastpath.bench.reading import Fields

_WORDS = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class Host:
    """Of /proc and /sys there."""

    model: str
    cores: int
    virtual: bool
    kernel: str
    memory_mib: int
    #: Those that the scheduler leaves alone, in the kernel's notation.
    isolated: str
    #: The core that polls, and its governor; None where it has none to see.
    cpu: int
    governor: str | None

    @classmethod
    def of(cls, facts: Mapping[str, Any], cpu: int) -> Self:
        """From bfd_fastpath.bench.machine."""
        return cls(
            model=facts["cpu"]["model"],
            cores=facts["cpu"]["cores"],
            virtual=facts["cpu"]["virtual"],
            kernel=facts["kernel"],
            memory_mib=facts["memory-mib"],
            isolated=facts["isolated"],
            cpu=cpu,
            governor=facts["governor"].get(str(cpu)),
        )

    @classmethod
    def read(cls, fields: Fields) -> Self:
        """What came from elsewhere; DocumentError."""
        governor = fields.take("governor", str, None)
        found = cls(
            model=_printable(fields.take("model", str)),
            cores=fields.take("cores", int),
            virtual=fields.take("virtual", bool),
            kernel=_printable(fields.take("kernel", str)),
            memory_mib=fields.take("memory-mib", int),
            isolated=_printable(fields.take("isolated", str)),
            cpu=fields.take("cpu", int),
            governor=None if governor is None else _printable(governor),
        )
        fields.end()
        return found

    def to_json(self) -> dict[str, Any]:
        return {
            "model": self.model[:_WORDS],
            "cores": self.cores,
            "virtual": self.virtual,
            "kernel": self.kernel[:_WORDS],
            "memory-mib": self.memory_mib,
            "isolated": self.isolated[:_WORDS],
            "cpu": self.cpu,
            "governor": self.governor,
        }


def _printable(text: str) -> str:
    return "".join(one if one.isprintable() else " " for one in text[:_WORDS])
