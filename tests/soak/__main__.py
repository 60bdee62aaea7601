# SPDX-License-Identifier: Apache-2.0
"""The soak by hand: `make soak SOAK="--minutes 30"`, or one script with `make soak SOAK=path/to/script.toml`."""

import argparse
import sys
import time
from pathlib import Path

from pydp import eal
from tests.soak import adversary
from tests.soak.days import days
from tests.soak.findings import keep, story
from tests.soak.hunt import FINDINGS, FoundError, Hunt
from tests.soak.run import Verdict, play
from tests.soak.scenario import Scenario, load
from tests.soak.ways import against_oracle, beside_oracle

#: Scripts of a round, then another seed.
ROUND = 50


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="soak", description=__doc__)
    parser.add_argument("scripts", nargs="*", type=Path, help="scripts to play instead of looking for some")
    parser.add_argument("--minutes", type=float, default=10.0, help="how long to look (default 10)")
    parser.add_argument("--seed", type=int, default=1, help="of the first round (default 1)")
    parser.add_argument("--frames", type=int, default=20_000, help="packets a script at most (default 20000)")
    parser.add_argument("--days", type=int, default=10, help="simulated days of the long run (default 10)")
    return parser.parse_args()


def _tell(scenario: Scenario, verdict: Verdict, name: str) -> int:
    if verdict.right:
        print(f"{name}: {verdict}; {verdict.true_ns / 86_400e9:.2f} simulated days")
        return 0
    print(story(scenario, verdict))
    print(f"kept as a case in {keep(scenario, verdict, FINDINGS / f'{name}_{verdict.digest:016x}')}")
    return 1


def _play(paths: list[Path]) -> int:
    return max(_tell(load(path), play(load(path), record=True), path.stem) for path in paths)


def _look(options: argparse.Namespace) -> int:
    def engines(scenario: Scenario, record: bool) -> Verdict:
        return play(scenario, record=record, frames=options.frames)

    until = time.monotonic() + 60 * options.minutes
    number = options.seed
    hunts = [
        (Hunt(engines, "two_engines"), adversary.scenarios(), ROUND),
        (Hunt(against_oracle, "engine_and_oracle"), adversary.scenarios(most_phases=5), ROUND // 5),
        (Hunt(beside_oracle, "same_inputs"), adversary.scenarios(most_phases=5), ROUND // 5),
    ]
    long = days(options.days, seed=number)
    if (found := _tell(long, play(long, frames=10**9), f"days_{number}")) != 0:
        return found
    while time.monotonic() < until:
        for hunt, scripts, examples in hunts:
            hunt.run(scripts, examples=examples, number=number)
        number += 1
        print(f"up to seed {number - 1}:", *(str(hunt) for hunt, _, _ in hunts), sep="\n    ", flush=True)
    return 0


def main() -> int:
    options = _options()
    eal.init()
    try:
        return _play(options.scripts) if options.scripts else _look(options)
    except FoundError as found:
        print(found)
        return 1


if __name__ == "__main__":
    sys.exit(main())
