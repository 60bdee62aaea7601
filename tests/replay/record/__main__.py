# SPDX-License-Identifier: Apache-2.0
"""Records the cases anew: `python -m tests.replay.record [CASE...]`, as root, with what `.ci/packages test` installs.

Each case becomes a folder below tests/replay/cases. A case that did not go as planned is tried again, three times in all."""

import json
import os
import shutil
import sys
from pathlib import Path
from typing import Any

from tests.replay.record import keys, plays
from tests.replay.record.case import CASES, Case
from tests.replay.record.expect import expectation
from tests.replay.record.files import write
from tests.replay.record.scene import Scene

#: Importing them fills CASES.
PLAYS = (plays, keys)
FOLDER = Path(__file__).resolve().parents[1] / "cases"
TRIES = 3


def merged(one: Any, other: Any) -> Any:
    """`other` over `one`, into objects and, element by element, into lists and any-order."""
    if isinstance(one, dict) and isinstance(other, dict):
        return one | {key: merged(one[key], value) if key in one else value for key, value in other.items()}
    if isinstance(one, list) and isinstance(other, list) and len(one) == len(other):
        return [merged(left, right) for left, right in zip(one, other, strict=True)]
    return other


def record(case: Case) -> None:
    scene = Scene((case.first, case.second), case.family, case.routed)
    with scene.playing():
        case.play(scene)
        words = {name: {} if name in case.gone else end.words() for name, end in scene.ends.items()}
    journal = scene.journal
    assert scene.recording is not None
    scene.never_heard(*case.unheard)
    folder = FOLDER / case.name
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    file = write(folder, scene.recording, case.form, case.compressed)
    expected = merged(expectation(scene, words, case.verdict, case.unheard), case.more)
    (folder / "expect.json").write_text(json.dumps(expected, indent=1) + "\n")
    (folder / "daemon.log").write_text("".join(f"{line}\n" for line in journal))
    (folder / "case.toml").write_text(description(case, scene))
    print(f"{case.name}: {len(scene.recording.packets)} packets, {file.stat().st_size} octets", flush=True)


def description(case: Case, scene: Scene) -> str:
    """case.toml: what was done and when, and what the capture could not see; times in microseconds since the epoch."""
    text = f"# SPDX-License-Identifier: Apache-2.0\ntitle = {json.dumps(case.title)}\n"
    for time_us, what in scene.done:
        text += f"\n[[recording.done]]\ntime-us = {time_us}\nwhat = {json.dumps(what)}\n"
    for one in scene.hidden:
        text += f'\n[[recording.hidden]]\naddress = "{one.address}"\nfrom-us = {one.from_us}\nto-us = {one.to_us}\n'
    return text


def main(names: list[str]) -> int:
    os.environ["TZ"] = "UTC"  # the daemons write local time
    unknown = [name for name in names if name not in CASES]
    if unknown:
        print(f"no such case: {', '.join(unknown)}; there are {', '.join(CASES)}", file=sys.stderr)
        return 2
    failed = []
    for name in names or CASES:
        for attempt in range(1, TRIES + 1):
            try:
                record(CASES[name])
                break
            except AssertionError as problem:
                print(f"{name}: try {attempt}: {problem}", file=sys.stderr, flush=True)
        else:
            failed.append(name)
    if failed:
        print(f"not recorded: {', '.join(failed)}", file=sys.stderr)
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
