# SPDX-License-Identifier: Apache-2.0
"""ExaBGP's decoder as a filter: hexadecimal bodies of UPDATEs, or of OPENs, on standard input, one a line, what it makes of
each on standard output as JSON: {"update": ...}, {"open": ...}, {"notification": [code, subcode]} or {"error": its exception}.
`python -m tests.interop.decoding.exabgp update|open PEER_AS`.
"""

from __future__ import annotations

import json
import sys
from typing import Any

from exabgp.bgp.message import Notify, Open, Update
from exabgp.bgp.message.direction import Direction
from exabgp.bgp.neighbor import Neighbor
from exabgp.configuration.check import _negotiated
from exabgp.configuration.configuration import Configuration
from exabgp.environment import getenv
from exabgp.logger import log
from exabgp.reactor.api.response import Response
from exabgp.version import json as json_version

CONFIGURATION = """
neighbor 127.0.0.1 {
    router-id 10.0.0.2;
    local-address 127.0.0.1;
    local-as 64500;
    peer-as %d;
    family { ipv4 unicast; ipv6 unicast; bgp-ls bgp-ls; }
}
"""


def update(neighbor: Neighbor, body: bytes) -> dict[str, Any]:
    decoded = Update.unpack_message(body, Direction.IN, _negotiated(neighbor))
    text = Response.JSON(json_version).update(neighbor, "in", decoded, None, "", "")
    return {"update": json.loads(text)["neighbor"]["message"]}


def opening(neighbor: Neighbor, body: bytes) -> dict[str, Any]:
    """As its session takes an OPEN: decoded, put beside its own, and looked at."""
    negotiated = _negotiated(neighbor)
    received = Open.unpack_message(body, Direction.IN, negotiated)
    negotiated.received(received)
    if (error := negotiated.validate(neighbor)) is not None:
        raise Notify(*error)
    return {"open": str(received)}


def main() -> None:
    what, peer_as = {"update": update, "open": opening}[sys.argv[1]], int(sys.argv[2])
    log.silence()
    log.init(getenv())
    configuration = Configuration([CONFIGURATION % peer_as], text=True)
    configuration.reload()
    (neighbor,) = configuration.neighbors.values()
    for line in sys.stdin:
        try:
            told = what(neighbor, bytes.fromhex(line))
        except Notify as error:
            told = {"notification": [error.code, error.subcode]}
        except Exception as error:
            told = {"error": f"{type(error).__name__}: {error}"}
        print(json.dumps(told), flush=True)


if __name__ == "__main__":
    main()
