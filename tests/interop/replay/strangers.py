# SPDX-License-Identifier: Apache-2.0
"""Capture files that other tools wrote: scapy, text2pcap, editcap, mergecap, tshark. Each maker takes a folder and
gives the file; nothing of ours writes a file here."""

import gzip
import subprocess
from collections.abc import Callable
from pathlib import Path

from scapy.utils import wrpcap

from tests.interop.replay import craft

CASES = Path(__file__).resolve().parents[2] / "replay" / "cases"
Maker = Callable[[Path], Path]
MAKERS: dict[str, Maker] = {}


def stranger(maker: Maker) -> Maker:
    MAKERS[maker.__name__] = maker
    return maker


def run(*command: object, given: str | None = None) -> str:
    words = [str(word) for word in command]
    done = subprocess.run(words, check=False, capture_output=True, text=True, input=given, timeout=60)
    assert done.returncode == 0, f"{' '.join(words)}: exit {done.returncode}\n{done.stderr}"
    return done.stdout


def recorded(name: str) -> Path:
    (found,) = (CASES / name).glob("capture.*")
    return found


@stranger
def scapy_pcap(folder: Path) -> Path:
    file = folder / "x.pcap"
    wrpcap(str(file), craft.stamped(craft.every_kind()))
    return file


@stranger
def scapy_nanoseconds_big_endian(folder: Path) -> Path:
    file = folder / "x.pcap"
    wrpcap(str(file), craft.stamped(craft.every_kind()), nano=True, endianness=">")
    return file


@stranger
def scapy_compressed(folder: Path) -> Path:
    file = folder / "x.pcap.gz"
    wrpcap(str(file), craft.stamped(craft.every_kind()), gz=True)
    return file


@stranger
def scapy_raw_ip(folder: Path) -> Path:
    """LINKTYPE_RAW, both versions of IP in it."""
    file = folder / "x.pcap"
    layers = [frame.payload for frame in craft.conversation(craft.A4, craft.B4)]
    layers += [frame.payload for frame in craft.conversation(craft.A6, craft.B6)]
    wrpcap(str(file), craft.stamped(layers), linktype=101)
    return file


@stranger
def scapy_faults(folder: Path) -> Path:
    """Among good hellos, which stay good."""
    file = folder / "x.pcap"
    wrpcap(
        str(file),
        craft.stamped(craft.mixed([craft.conversation(craft.A4, craft.B4), [*craft.faults().values()]])),
    )
    return file


def _converted(form: str) -> Maker:
    def make(folder: Path) -> Path:
        run("editcap", "-F", form, scapy_pcap(folder), folder / f"x.{form}")
        return folder / f"x.{form}"

    make.__name__ = f"editcap_{form}"
    return stranger(make)


#: modpcap: Alexey Kuznetzov's format, whose record headers are longer.
for _form in ("pcapng", "pcap", "nsecpcap", "modpcap"):
    _converted(_form)


def _snapped(length: int) -> Maker:
    def make(folder: Path) -> Path:
        run("editcap", "-s", length, scapy_pcap(folder), folder / "x.pcapng")
        return folder / "x.pcapng"

    make.__name__ = f"editcap_snapped_{length}"
    return stranger(make)


#: 66 octets hold Ethernet, IPv4, UDP and all 24 of BFD, and cut off every authentication; 60 hold none of it whole.
for _length in (66, 60, 42):
    _snapped(_length)


@stranger
def editcap_shifted_back(folder: Path) -> Path:
    """A second half stamped before the first."""
    run("editcap", "-r", scapy_pcap(folder), folder / "a.pcapng", "1-60")
    run("editcap", "-t", "-3600", "-r", folder / "x.pcap", folder / "b.pcapng", "61-200")
    run("mergecap", "-a", "-w", folder / "c.pcapng", folder / "a.pcapng", folder / "b.pcapng")
    return folder / "c.pcapng"


@stranger
def text2pcap_udp(folder: Path) -> Path:
    """From hex, with headers that text2pcap makes up (its TTL is not 255)."""
    octets = bytes(craft.bfd(17, 0, craft.DOWN))
    text = "0000 " + " ".join(f"{one:02x}" for one in octets) + "\n"
    run("text2pcap", "-4", "192.0.2.1,192.0.2.2", "-u", "49152,4784", "-", folder / "x.pcapng", given=text)
    return folder / "x.pcapng"


@stranger
def text2pcap_frames(folder: Path) -> Path:
    text = ""
    for frame in craft.conversation(craft.A6, craft.B6):
        text += "0000 " + " ".join(f"{one:02x}" for one in bytes(frame)) + "\n"
    run("text2pcap", "-F", "pcap", "-", folder / "x.pcap", given=text)
    return folder / "x.pcap"


@stranger
def tshark_one_direction(folder: Path) -> Path:
    run("tshark", "-r", scapy_pcap(folder), "-Y", "ip.src == 192.0.2.1 && bfd", "-w", folder / "one.pcapng")
    return folder / "one.pcapng"


@stranger
def tshark_recorded_one_direction(folder: Path) -> Path:
    source = recorded("frr_bird_v4_one_way")
    run("tshark", "-r", source, "-Y", "ip.src == 192.0.2.2", "-F", "pcap", "-w", folder / "one.pcap")
    return folder / "one.pcap"


@stranger
def mergecap_link_types(folder: Path) -> Path:
    """Ethernet, cooked and raw in one pcapng, with an interface each."""
    cooked = recorded("frr_bird_v4_running_cooked")
    older = recorded("bird_frr_v6_running_cooked_v1")
    (folder / "raw").mkdir()
    raw = scapy_raw_ip(folder / "raw")
    run("mergecap", "-w", folder / "m.pcapng", cooked, older, raw, recorded("frr_frr_v4_coming_up"))
    return folder / "m.pcapng"


@stranger
def concatenated_sections(folder: Path) -> Path:
    """Two pcapng files behind each other are one, of two sections."""
    parts = [recorded("frr_frr_v4_coming_up"), recorded("bird_bird_v4_running")]
    octets = b"".join(gzip.decompress(part.read_bytes()) for part in parts)
    (folder / "two.pcapng").write_bytes(octets)
    return folder / "two.pcapng"


@stranger
def recorded_faults_and_bgp(folder: Path) -> Path:
    """A recorded outage with other traffic and faults merged into it."""
    file = scapy_faults(folder)
    first = recorded("frr_bird_v4_killed")
    run("mergecap", "-a", "-w", folder / "m.pcapng", first, file)
    return folder / "m.pcapng"
