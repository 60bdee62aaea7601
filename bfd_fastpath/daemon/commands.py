# SPDX-License-Identifier: Apache-2.0
"""What each command on the control socket does to the running router. Arguments are checked here; sockets
are net's."""

from collections.abc import Awaitable, Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from ipaddress import ip_address, ip_network
from pathlib import Path

from bfd_fastpath.config import parse, plan, render_plan
from bfd_fastpath.config.steps import Step
from bfd_fastpath.daemon import neighbor_commands
from bfd_fastpath.net.control_protocol import CommandError
from bfd_fastpath.router import views
from bfd_fastpath.router.events import Address, Prefix
from bfd_fastpath.router.route_dump import RouteDump
from bfd_fastpath.router.route_views import RouteViews
from bfd_fastpath.router.router import Router
from bfd_fastpath.session import PathSignal

#: Reads the file again and goes to it; the rendered steps. Raises CommandError("bad-configuration").
Reload = Callable[[], Awaitable[list[str]]]


class Commands:
    """The handler for net.control: `await commands(command, arguments)` is the result, or raises
    CommandError."""

    def __init__(self, router: Router, reload: Reload) -> None:
        self._router = router
        self._reload = reload
        self._routes = RouteViews(router)
        self._dump = RouteDump(router)
        self._neighbor = neighbor_commands.NeighborCommands(router)

    async def __call__(self, command: str, arguments: Mapping[str, object]) -> object:
        if not self._router.dataplane.is_open or self._router.leaving:
            raise CommandError(
                "not-running", "The daemon is leaving; start it again with `bfd-fastpath run`."
            )
        if command == "show-routes":
            return self._show_routes(arguments)
        if command == "dump-routes":
            return _paged(self._dump.page, arguments)
        if command.startswith("show-") and command.removeprefix("show-") in views.NAMES:
            peer = _address(arguments) if command == "show-sessions" and "address" in arguments else None
            return await views.view(self._router, command.removeprefix("show-"), peer)
        if command == "clear-nexthop":
            return self._clear(_address(arguments))
        if command == "session-admin":
            return self._session_admin(_address(arguments), arguments.get("down"))
        if command == "session-path":
            return self._session_path(_address(arguments), arguments.get("path"))
        if command in _DEEDS:
            return self._session_deed(_address(arguments), command)
        if command in neighbor_commands.NAMES:
            return await self._neighbor(command, _address(arguments), arguments)
        if command == "reload":
            return {"steps": await self._reload()}
        if command == "config-diff":
            return {"steps": self._diff(arguments)}
        raise CommandError(
            "unknown-command", f"This daemon knows no command {command!r}; is it an older version?"
        )

    def _show_routes(self, arguments: Mapping[str, object]) -> object:
        if "address" in arguments:
            return self._routes.of_address(_address(arguments))
        if "prefix" in arguments:
            return self._routes.of_prefix(_prefix(arguments))
        return _paged(self._routes.page, arguments)

    def _clear(self, address: Address) -> object:
        entry = self._router.nhib.get(address)
        if entry is None:
            raise CommandError(
                "not-found", f"Nothing tracks {address}; `show nexthops` lists what is tracked."
            )
        was = entry.state.value
        self._router.clear(address)
        return {"address": str(address), "was": was}

    def _session_admin(self, address: Address, down: object) -> object:
        if not isinstance(down, bool):
            raise CommandError("bad-request", '"down" must be true or false.')
        with _session_there(address):
            self._router.session_admin(address, down)
        return {"address": str(address), "admin-down": down}

    def _session_path(self, address: Address, path: object) -> object:
        try:
            signal = PathSignal(path if isinstance(path, str) else "")
        except ValueError:
            known = ", ".join(PathSignal)
            raise CommandError("bad-request", f'"path" must be one of {known}.') from None
        with _session_there(address):
            self._router.session_path(address, signal)
        return {"address": str(address), "path": signal.value}

    def _session_deed(self, address: Address, command: str) -> object:
        with _session_there(address):
            _DEEDS[command](self._router, address)
        return {"address": str(address)}

    def _diff(self, arguments: Mapping[str, object]) -> list[str]:
        text, file, directory = (arguments.get(name) for name in ("text", "file", "directory"))
        if not isinstance(text, str) or not isinstance(file, str) or not isinstance(directory, str):
            raise CommandError("bad-request", '"text", "file" and "directory" must be strings.')
        parsed = parse(text, file, Path(directory))
        if parsed.config is None:
            raise CommandError("bad-configuration", "\n".join(map(str, parsed.faults)))
        return render_steps(plan(self._router.config, parsed.config))


#: What is done to a session at once and leaves nothing that is wanted.
_DEEDS: Mapping[str, Callable[[Router, Address], None]] = {
    "session-poll": Router.session_poll,
    "session-forwarding-reset": Router.forwarding_reset,
}


def _paged(page: Callable[[str | None], object], arguments: Mapping[str, object]) -> object:
    cursor = arguments.get("cursor")
    try:
        return page(cursor if cursor is None else str(cursor))
    except KeyError:
        text = f"The listing {cursor!r} is over or was not asked on for a minute; begin without a cursor."
        raise CommandError("bad-request", text) from None


@contextmanager
def _session_there(address: Address) -> Iterator[None]:
    try:
        yield
    except KeyError:
        text = f"There is no BFD session to {address}; `show sessions` lists those there are."
        raise CommandError("not-found", text) from None


def render_steps(steps: Sequence[Step]) -> list[str]:
    """One line a step; none when there is nothing to do."""
    return render_plan(steps).splitlines() if steps else []


def _address(arguments: Mapping[str, object]) -> Address:
    value = arguments.get("address")
    try:
        return ip_address(value if isinstance(value, str) else "")
    except ValueError:
        raise CommandError("bad-request", f"{value!r} is not an IP address.") from None


def _prefix(arguments: Mapping[str, object]) -> Prefix:
    value = arguments.get("prefix")
    try:
        return ip_network(value if isinstance(value, str) else "")
    except ValueError as error:
        raise CommandError("bad-request", f"{value!r} is not a prefix: {error}.") from None
