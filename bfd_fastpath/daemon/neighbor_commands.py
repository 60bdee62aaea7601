# SPDX-License-Identifier: Apache-2.0
"""Commands on the control socket about one BGP neighbour: `neighbor-shutdown`, `neighbor-enable`,
`neighbor-refresh`."""

from collections.abc import Mapping

from bfd_fastpath.config.last_words import shutdown_text
from bfd_fastpath.config.values import WrongError
from bfd_fastpath.net.control_protocol import CommandError
from bfd_fastpath.router.events import Address
from bfd_fastpath.router.operating import Operating
from bfd_fastpath.router.router import Router
from bfd_fastpath.wire.bgp import SessionError

NAMES = ("neighbor-shutdown", "neighbor-enable", "neighbor-refresh")


class NeighborCommands:
    """`await commands(command, address, arguments)` for a command of NAMES."""

    def __init__(self, router: Router) -> None:
        self._operating = Operating(router)

    async def __call__(self, command: str, address: Address, arguments: Mapping[str, object]) -> object:
        port = _port(arguments.get("port"))
        more: dict[str, object] = {}
        try:
            if command == "neighbor-shutdown":
                peer = await self._operating.shut_down(address, port, _text(arguments.get("text")))
            elif command == "neighbor-enable":
                peer = await self._operating.enable(address, port)
            else:
                peer, families = self._operating.refresh(address, port)
                more["families"] = [str(family) for family in families]
        except KeyError as error:
            text = f"No one BGP neighbour {address}: {error.args[0]}; `show reporter` lists them."
            raise CommandError("not-found", text) from None
        except SessionError as error:
            raise CommandError("not-found", f"{address} cannot be asked for its routes: {error}.") from None
        return {"address": str(address), "port": peer.neighbor.port, "state": peer.state, **more}


def _port(value: object) -> int | None:
    if value is None or (isinstance(value, int) and not isinstance(value, bool)):
        return value
    raise CommandError("bad-request", '"port" must be a number.')


def _text(value: object) -> str | None:
    """None: the configured one."""
    if value is None:
        return None
    try:
        return shutdown_text(value)
    except WrongError as error:
        raise CommandError("bad-request", f'"text" {error.wrong}; {error.instead}.') from None
