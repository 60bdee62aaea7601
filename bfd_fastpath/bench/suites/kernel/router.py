# SPDX-License-Identifier: Apache-2.0
"""`python -m bfd_fastpath.bench.suites.kernel.router FAMILY CPU DEVARGS`: our engine as a router on the
interface of its namespace, until its standard input ends. It says "ready" when it polls.
"""

import sys

import pydp
from bfd_fastpath.bench.suites.kernel.wire import WIRES


def main(arguments: list[str]) -> int:
    family, cpu, devargs = int(arguments[0]), int(arguments[1]), arguments[2]
    wire = WIRES[family]
    pydp.eal.init(program="bench")
    with pydp.Port(devargs) as port, pydp.Engine("router", seed=1) as engine:
        engine.attach(port)
        engine.address_add(0, f"{wire.router}/{wire.length}")
        engine.nexthops.set(1, pydp.NextHopConfig.adjacent(wire.source, 0))
        engine.routes.set_nlri(family, wire.nlri(), 1)
        engine.forwarding_set(pydp.ForwardingConfig())
        engine.start(cpu=cpu, idle=pydp.Idle.POLL)
        print("ready", flush=True)
        sys.stdin.read()
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
