# SPDX-License-Identifier: Apache-2.0
"""ExaBGP's decoder as a filter: hexadecimal UPDATE bodies on standard input, one a line, what it makes of each on standard
output as JSON: {"update": ...}, {"notification": [code, subcode]} or {"error": its exception}.
"""

from __future__ import annotations

import json
import sys

from exabgp.bgp.message import Notify, Update
from exabgp.bgp.message.direction import Direction
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
    peer-as 64501;
    family { ipv4 unicast; ipv6 unicast; bgp-ls bgp-ls; }
}
"""


def main() -> None:
    log.silence()
    log.init(getenv())
    configuration = Configuration([CONFIGURATION], text=True)
    configuration.reload()
    (neighbor,) = configuration.neighbors.values()
    for line in sys.stdin:
        negotiated = _negotiated(neighbor)
        try:
            update = Update.unpack_message(bytes.fromhex(line), Direction.IN, negotiated)
            text = Response.JSON(json_version).update(neighbor, "in", update, None, "", "")
            told = {"update": json.loads(text)["neighbor"]["message"]}
        except Notify as error:
            told = {"notification": [error.code, error.subcode]}
        except Exception as error:
            told = {"error": f"{type(error).__name__}: {error}"}
        print(json.dumps(told), flush=True)


if __name__ == "__main__":
    main()
