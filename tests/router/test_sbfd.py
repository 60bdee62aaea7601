# SPDX-License-Identifier: Apache-2.0
"""S-BFD of the configuration: one router asks, the other reflects and keeps no session for it."""

import asyncio

import pytest

from bfd_fastpath.router import views
from tests.router.exchange import A, B, Exchange, config, session, until

pytestmark = pytest.mark.eal

ASKS = (
    f'[router]\nname = "a"\n[[port]]\nname = "lan0"\ndevargs = "given"\naddresses = ["{A}/24"]\n'
    f'[[session]]\ninterface = "lan0"\npath-type = "path-s-bfd"\ndest-addr = "{B}"\n'
    'remote-discriminator = 77\ndesired-min-tx-interval = "50ms"\n'
)
REFLECTS = (
    f'[router]\nname = "b"\n[[port]]\nname = "lan0"\ndevargs = "given"\naddresses = ["{B}/24"]\n'
    "[reflector]\ndiscriminators = [77]\n"
)


def test_one_asks_the_other_reflects_and_a_reload_ends_it(eal):
    async def main():
        async with Exchange() as exchange:
            a = await exchange.start(config(ASKS))
            b = await exchange.start(config(REFLECTS))
            await until(lambda: session(a, B).local_state.name, lambda state: state == "UP")
            answer = await views.view(a, "sessions", B)
            (shown,) = answer["sessions"]
            assert (shown["path-type"], shown["dest-port"], shown["remote-discriminator"]) == (
                "path-s-bfd",
                7784,
                77,
            )
            assert "rx-ttl" not in shown
            assert (a.nexthops(), list(b.engine.sessions)) == ([], [])
            await b.reload(config(REFLECTS + "admin-down = true\n"))
            await until(lambda: session(a, B).remote_state.name, lambda state: state == "ADMIN_DOWN")
            assert session(a, B).nexthop_state.name == "UNKNOWN"
            await b.reload(config(REFLECTS))
            await until(lambda: session(a, B).local_state.name, lambda state: state == "UP")
            await b.reload(config(REFLECTS.replace("[77]", "[78]")))
            await until(lambda: session(a, B).local_state.name, lambda state: state == "DOWN")
            assert session(a, B).local_diagnostic.name == "CONTROL_EXPIRY"

    asyncio.run(main())
