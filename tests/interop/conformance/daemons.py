# SPDX-License-Identifier: Apache-2.0
"""FRR's bfdd and BIRD as targets of the suite: each alone in a namespace of a LAN, the suite in another."""

import json
import re
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.interop.support.bird import Bird
from tests.interop.support.frr import DAEMONS, Frr
from tests.interop.support.lan import Lan
from tests.interop.support.namespace import Namespace

TARGET = {4: "192.0.2.2", 6: "2001:db8::2"}
OURS = {4: ("192.0.2.1", "192.0.2.3"), 6: ("2001:db8::1", "2001:db8::3")}
_LENGTH = {4: 24, 6: 64}


@dataclass(frozen=True, slots=True)
class Target:
    """A daemon that runs, and where the suite can reach it."""

    near: Namespace
    version: int
    driver: str

    def try_rows(self, directory: Path, *words: str, driven: bool = True) -> tuple[int, dict[str, Any]]:
        """Exit code and document of `bfd-fastpath conformance`."""
        options = ["--target", TARGET[self.version], "--source", OURS[self.version][0], "--json", *words]
        options += ["--pcap", str(directory)]
        if driven:
            options += ["--driver", self.driver, "--second-source", OURS[self.version][1]]
        done = subprocess.run(
            [
                *("ip", "netns", "exec", self.near.name, sys.executable, "-m", "bfd_fastpath", "conformance"),
                *options,
            ],
            check=False,
            capture_output=True,
            text=True,
        )
        assert done.stdout, f"exit {done.returncode}: {done.stderr}"
        return done.returncode, json.loads(done.stdout)


@contextmanager
def daemon(name: str, version: int = 4, session: bool = False, kernel: bool = True) -> Iterator[Target]:
    """ "frr" or "bird", without sessions of its own, or with one that nobody drives. kernel=False: our addresses are
    no kernel's, but of the port by which the suite goes.
    """
    with Lan() as lan:
        near = lan.member("near", *(f"{one}/{_LENGTH[version]}" for one in OURS[version]), kernel=kernel)
        far = lan.member("far", f"{TARGET[version]}/{_LENGTH[version]}")
        if name == "frr":
            peer = f"bfd\n peer {OURS[version][0]} local-address {TARGET[version]}\n" if session else ""
            timers = "  transmit-interval 100\n  receive-interval 100\n" if session else ""
            frr = Frr(far, ("bfdd",), peer + timers)
            yield Target(near, version, f"frr={frr.directory}")
        else:
            Bird(far, _bird(version) if session else "router id 192.0.2.2;\nprotocol device {}\n")
            yield Target(near, version, f"bird={far.directory}/bird.ctl")


def _bird(version: int) -> str:
    return (
        "router id 192.0.2.2;\nprotocol device {}\nprotocol bfd {\n"
        f"  accept ipv{version} direct;\n"
        '  interface "eth0" { interval 100 ms; idle tx interval 1 s; multiplier 3; '
        'authentication meticulous keyed sha1; password "example" { id 7; }; };\n'
        f'  neighbor {OURS[version][0]} dev "eth0" local {TARGET[version]};\n}}\n'
    )


def version_of(name: str) -> str:
    """ "8.4.4"."""
    words = [str(DAEMONS / "bfdd"), "--version"] if name == "frr" else ["bird", "--version"]
    done = subprocess.run(words, check=False, capture_output=True, text=True)
    found = re.search(r"\d+\.\d+[\d.]*", done.stdout + done.stderr)
    assert found is not None
    return found.group()
