# SPDX-License-Identifier: Apache-2.0
"""Builds DPDK's example l3fwd outside the repository: from Debian's source package of the DPDK that is
installed, which an apt configuration of our own finds, and against that DPDK.
"""

import hashlib
import os
import re
import shutil
import subprocess
import tarfile
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Final

from bfd_fastpath.bench.suites.forward.process import NotInstalledError

_PACKAGE: Final = "dpdk"
_KEYS: Final = Path("/usr/share/keyrings/debian-archive-keyring.gpg")
_EXAMPLE: Final = "examples/l3fwd/"
_SHARED: Final = "examples/common/"
#: Virtual ports compute no checksums, and l3fwd asks for that of every port.
_OFFLOADS: Final = re.compile(r"(\.offloads\s*=\s*)RTE_ETH_RX_OFFLOAD_CHECKSUM\b")


def program() -> Path:
    """The program, built where it was not; NotInstalledError says what hinders that."""
    version = _output(["dpkg-query", "-W", "-f", "${source:Version}", "libdpdk-dev"])
    place = _cache() / f"l3fwd-{re.sub(r'[^0-9A-Za-z.+-]', '_', version)}-{_recipe()}"
    built = place / "l3fwd"
    if built.exists():
        return built
    place.mkdir(parents=True, exist_ok=True)
    source = place / "source"
    _compile(_unpack(_fetch(version, place / "apt"), source), source / _SHARED, built)
    shutil.rmtree(place / "apt")
    return built


def _cache() -> Path:
    return Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "bfd-fastpath"


def _recipe() -> str:
    """Another way to build makes another program."""
    return hashlib.sha256(Path(__file__).read_bytes()).hexdigest()[:8]


def _fetch(version: str, place: Path) -> Path:
    """The archive of the sources; apt checks its signature and digest."""
    for directory in ("lists/partial", "archives/partial", "parts"):
        (place / directory).mkdir(parents=True, exist_ok=True)
    (place / "sources.list").write_text("\n".join(_source_lines()) + "\n")
    options = {
        "Dir::Etc::sourcelist": place / "sources.list",
        "Dir::Etc::sourceparts": place / "parts",
        "Dir::State::lists": place / "lists",
        "Dir::Cache": place,
        "Dir::Cache::archives": place / "archives",
    }
    apt = ["apt-get", "-q", *(f"-o{name}={value}" for name, value in options.items())]
    _run([*apt, "update"], place)
    _run([*apt, "source", "--download-only", f"{_PACKAGE}={version}"], place)
    archives = sorted(place.glob(f"{_PACKAGE}_*.orig.tar.*"))
    if not archives:
        raise NotInstalledError(f"the source package {_PACKAGE} {version} has no archive")
    return archives[0]


def _source_lines() -> Iterator[str]:
    """The system's own package sources, asked for sources."""
    form = "$(ORIGIN)|$(REPO_URI)|$(RELEASE)|$(COMPONENT)"
    signed = f"[signed-by={_KEYS}] " if _KEYS.exists() else ""
    for line in _output(["apt-get", "indextargets", "--format", form, "Identifier: Packages"]).splitlines():
        origin, address, release, component = line.split("|")
        if origin == "Debian":
            yield f"deb-src {signed}{address} {release} {component}"


def _unpack(archive: Path, into: Path) -> list[Path]:
    """The example's C files, and beside them the headers that all examples share."""
    with tarfile.open(archive) as tar:
        for member in tar:
            at = member.name.partition("/")[2]
            if at.startswith((_EXAMPLE, _SHARED)) and member.isfile():
                data = tar.extractfile(member)
                assert data is not None
                (into / at).parent.mkdir(parents=True, exist_ok=True)
                (into / at).write_bytes(data.read())
    main = into / _EXAMPLE / "main.c"
    if not main.exists():
        raise NotInstalledError(f"{archive.name} has no {_EXAMPLE}")
    text, found = _OFFLOADS.subn(r"\g<1>0", main.read_text())
    if found == 0:
        raise NotInstalledError(
            f"this l3fwd does not ask for checksums where it was looked for: see {__file__}"
        )
    main.write_text(text)
    # Those are included by others.
    return [source for source in sorted(main.parent.glob("*.c")) if not source.stem.endswith("_route_parse")]


def _compile(sources: Sequence[Path], shared: Path, program: Path) -> None:
    flags = _output(["pkg-config", "--cflags", "libdpdk"]).split()
    libraries = _output(["pkg-config", "--libs", "libdpdk"]).split()
    made = program.with_suffix(".new")
    # As the example's own Makefile has it.
    command = ["gcc", "-O3", "-DALLOW_EXPERIMENTAL_API", f"-I{shared}", *flags, *map(str, sources)]
    _run([*command, "-o", str(made), *libraries], program.parent)
    made.rename(program)


def _output(command: Sequence[str]) -> str:
    try:
        return subprocess.run(command, capture_output=True, text=True, check=True).stdout.strip()
    except FileNotFoundError:
        raise NotInstalledError(f"l3fwd is built on Debian with {command[0]}, which is not here") from None
    except subprocess.CalledProcessError as error:
        raise NotInstalledError(
            f"l3fwd was not built: {command[0]}: {error.stderr.strip()[-200:]}"
        ) from error


def _run(command: Sequence[str], place: Path) -> None:
    done = subprocess.run(command, cwd=place, capture_output=True, text=True, check=False)
    if done.returncode != 0:
        raise NotInstalledError(f"l3fwd was not built: {command[0]}: {done.stderr.strip()[-300:]}")
