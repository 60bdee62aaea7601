# SPDX-License-Identifier: Apache-2.0
"""What tshark reads of the BFD packets in a file, by packet number."""

from dataclasses import dataclass
from pathlib import Path

from tests.interop.replay.strangers import run

FIELDS = (
    *("frame.number", "udp.srcport", "udp.dstport", "bfd.my_discriminator", "bfd.your_discriminator"),
    *("bfd.sta", "bfd.diag", "bfd.detect_time_multiplier", "bfd.auth.type", "udp.length"),
)


@dataclass(frozen=True, slots=True)
class Hello:
    """authentication: RFC 5880 Auth Type, 0 without a section."""

    source_port: int
    destination_port: int
    my_discriminator: int
    your_discriminator: int
    state: int
    diagnostic: int
    multiplier: int


def packets(file: Path) -> int:
    return len(run("tshark", "-n", "-r", file, "-T", "fields", "-e", "frame.number").split())


def hellos(file: Path) -> dict[int, Hello]:
    """Control packets of which tshark could read all fields; what ICMP errors quote is left out."""
    words = [word for field in FIELDS for word in ("-e", field)]
    text = run(
        *(
            "tshark",
            "-n",
            "-r",
            file,
            "-Y",
            "bfd && !icmp && !icmpv6",
            "-T",
            "fields",
            "-E",
            "occurrence=f",
            *words,
        )
    )
    found = {}
    for line in text.splitlines():
        cells = line.split("\t")
        if all(cells[:8]):
            number, source, destination, *rest = (int(cell, 0) for cell in cells[:8])
            found[number] = Hello(source, destination, *rest)
    return found


def echoes(file: Path) -> set[int]:
    text = run("tshark", "-n", "-r", file, "-Y", "bfd_echo", "-T", "fields", "-e", "frame.number")
    return {int(number) for number in text.split()}
