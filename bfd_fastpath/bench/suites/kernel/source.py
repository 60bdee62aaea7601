# SPDX-License-Identifier: Apache-2.0
"""`python -m bfd_fastpath.bench.suites.kernel.source FAMILY CPU SIZE INTERFACE...`: sends to the router at
the other end of each interface's cable. A line "NUMBER RATE SECONDS" is a trial with one of them, at so many
packets a second; its answer: packets that were due, those that were sent, and those of them that came back.
"""

import sys
import time
from collections.abc import Sequence
from contextlib import ExitStack
from typing import Final

import pydp
from bfd_fastpath.bench.suites.kernel.wire import WIRES
from pydp.generate import Flow, FlowConfig, FlowState, Generator

_PORT: Final = "net_af_packet{number},iface={interface},blocksz=65536,framecnt=16384,framesz=2048"
_SETTLE_S: Final = 0.02
_RESOLVED_S: Final = 5.0
_QUIET_S: Final = 0.05
_LATE_S: Final = 1.0


def main(arguments: Sequence[str]) -> int:
    family, cpu, size = map(int, arguments[:3])
    wire = WIRES[family]
    pydp.eal.init(program="bench")
    with ExitStack() as stack:
        ports = [
            stack.enter_context(pydp.Port(_PORT.format(number=number, interface=interface), promiscuous=True))
            for number, interface in enumerate(arguments[3:])
        ]
        generator = stack.enter_context(Generator("source", max_flows=len(ports)))
        for port in ports:
            generator.attach(port)
        flows = [
            generator.flow(
                number,
                FlowConfig(
                    source=wire.source,
                    gateway=wire.router,
                    port=number,
                    destinations=wire.destinations(),
                    sizes=(size,),
                ),
            )
            for number in range(len(ports))
        ]
        generator.start(cpu=cpu, idle=pydp.Idle.POLL)
        print("ready", flush=True)
        for line in sys.stdin:
            number, rate, seconds = line.split()
            print(*_trial(flows[int(number)], float(rate), float(seconds)), flush=True)
    return 0


def _trial(flow: Flow, rate: float, seconds: float) -> tuple[int, int, int]:
    flow.start(rate)
    end = time.monotonic() + _RESOLVED_S
    while not flow.read().resolved and time.monotonic() < end:
        time.sleep(_SETTLE_S)
    time.sleep(seconds)
    flow.stop()
    state = _settled(flow)
    return state.due, state.sent, state.unique


def _settled(flow: Flow) -> FlowState:
    """When all is back, or nothing more comes."""
    end, came = time.monotonic() + _LATE_S, -1
    while (state := flow.read()).lost and state.received != came and time.monotonic() < end:
        came = state.received
        time.sleep(_QUIET_S)
    return state


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
