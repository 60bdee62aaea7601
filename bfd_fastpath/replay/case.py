# SPDX-License-Identifier: Apache-2.0
"""One case on disk: a folder with a capture (or the script that makes it), a configuration where one is
needed, the options of the replay, and what is expected of its answer. Reads the folder; replays nothing."""

import json
import subprocess
import sys
import tomllib
from dataclasses import dataclass
from pathlib import Path
from typing import Any

EXPECTATION = "expect.json"
DESCRIPTION = "case.toml"
CONFIGURATION = "config.toml"
SCRIPT = "capture.py"
CAPTURES = ("capture.pcapng", "capture.pcap", "capture.pcapng.gz", "capture.pcap.gz")
#: A script that makes a capture gets so many seconds.
SCRIPT_SECONDS = 60


class CaseError(Exception):
    """A case that cannot be tried: one sentence that names the file and what to do."""


@dataclass(frozen=True, slots=True)
class Options:
    """What the command line would say besides --config: `as_address` for --as, `sets` for --set, ..."""

    as_address: str | None = None
    seed: int = 1
    intervals: tuple[str, ...] = ()
    multipliers: tuple[str, ...] = ()
    sets: tuple[str, ...] = ()

    @property
    def what_if(self) -> bool:
        return bool(self.intervals or self.multipliers or self.sets)


@dataclass(frozen=True, slots=True)
class Case:
    """source: the capture, or the script that makes it. name: relative to the folder that was given."""

    name: str
    folder: Path
    source: Path
    expected: Any
    options: Options
    title: str = ""

    @property
    def configuration(self) -> Path | None:
        path = self.folder / CONFIGURATION
        return path if path.exists() else None

    def capture(self, directory: Path) -> Path:
        """The capture file; a script makes it in `directory`. Raises CaseError."""
        if self.source.name in CAPTURES or self.source.suffix in (".pcap", ".pcapng", ".gz"):
            return self.source
        made = directory / "capture"
        command = [sys.executable] if self.source.suffix == ".py" else []
        try:
            done = subprocess.run(
                [*command, str(self.source.resolve()), str(made)],
                cwd=directory,
                check=False,
                capture_output=True,
                text=True,
                stdin=subprocess.DEVNULL,
                timeout=SCRIPT_SECONDS,
            )
        except OSError as error:
            raise CaseError(f"{self.source}: it cannot be run: {error.strerror}; is it executable?") from None
        except subprocess.TimeoutExpired:
            raise CaseError(f"{self.source}: no capture after {SCRIPT_SECONDS} s") from None
        if done.returncode != 0:
            last = (done.stderr.strip().splitlines() or ["it printed nothing"])[-1]
            raise CaseError(f"{self.source}: ended with {done.returncode}: {last}")
        if not made.exists():
            raise CaseError(f"{self.source}: made no capture; it gets the path as its first argument")
        return made


def is_case(folder: Path) -> bool:
    return any((folder / name).exists() for name in (EXPECTATION, DESCRIPTION, SCRIPT, *CAPTURES))


def folders(directory: Path) -> list[Path]:
    """`directory` where it is a case itself, else every case below it, by name. A case has none inside."""
    if is_case(directory):
        return [directory]
    found: list[Path] = []
    for inside in sorted(directory.iterdir()):
        if inside.is_dir() and not inside.name.startswith("."):
            found += folders(inside)
    return found


def read(folder: Path, name: str) -> Case:
    """Raises CaseError."""
    expectation = folder / EXPECTATION
    if not expectation.exists():
        raise CaseError(
            f"{folder}: there is no {EXPECTATION}; write what has to hold there, {{}} to begin with"
        )
    try:
        expected = json.loads(expectation.read_text())
    except (ValueError, OSError) as problem:
        raise CaseError(f"{expectation}: {problem}") from None
    described = _described(folder / DESCRIPTION)
    return Case(
        name,
        folder,
        _source(folder, described.get("capture")),
        expected,
        _options(folder / DESCRIPTION, described.get("options", {})),
        str(described.get("title", "")),
    )


def _described(path: Path) -> dict[str, Any]:
    """`recording` is for whoever made the case, and not read."""
    if not path.exists():
        return {}
    try:
        described = tomllib.loads(path.read_text())
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as problem:
        raise CaseError(f"{path}: {problem}") from None
    unknown = described.keys() - {"title", "capture", "options", "recording"}
    if unknown:
        raise CaseError(
            f"{path}: unknown: {', '.join(sorted(unknown))}; known: title, capture, options, recording"
        )
    return described


def _source(folder: Path, named: object) -> Path:
    if named is not None:
        source = folder / str(named)
        if not source.is_file():
            raise CaseError(f"{folder / DESCRIPTION}: capture: there is no {source}")
        return source
    there = [folder / name for name in (*CAPTURES, SCRIPT, "capture") if (folder / name).is_file()]
    if len(there) != 1:
        what = "more than one" if there else "none"
        raise CaseError(
            f"{folder}: one capture is needed, and there is {what} of {', '.join(CAPTURES)}, {SCRIPT}"
        )
    return there[0]


def _options(path: Path, given: object) -> Options:
    if not isinstance(given, dict):
        raise CaseError(f"{path}: options has to be a table")
    known = {"as": str, "seed": int, "interval": list, "multiplier": list, "set": list}
    for key, value in given.items():
        if key not in known:
            raise CaseError(f"{path}: options.{key}: unknown; known: {', '.join(known)}")
        if known[key] is not list and (not isinstance(value, known[key]) or isinstance(value, bool)):
            raise CaseError(f"{path}: options.{key}: a {'number' if known[key] is int else 'text'} is needed")

    def texts(key: str) -> tuple[str, ...]:
        value = given.get(key, [])
        return tuple(str(one) for one in (value if isinstance(value, list) else [value]))

    return Options(
        as_address=given.get("as"),
        seed=given.get("seed", 1),
        intervals=texts("interval"),
        multipliers=texts("multiplier"),
        sets=texts("set"),
    )
