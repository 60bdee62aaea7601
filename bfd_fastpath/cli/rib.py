# SPDX-License-Identifier: Apache-2.0
"""`bfd-fastpath rib ...`: MRT table dumps out of the running daemon, and into a BGP session of a lab."""

import base64
from ipaddress import IPv4Address
from pathlib import Path
from typing import Any

import click

from bfd_fastpath.cli import client, exit_codes
from bfd_fastpath.cli.options import Address, AddressType, socket_option

_AS = click.IntRange(1, 2**32 - 1)


@click.group()
def rib() -> None:
    """Whole tables of BGP routes, as MRT dumps (RFC 6396, TABLE_DUMP_V2)."""


@rib.command(
    epilog="""\b
Example:
  bfd-fastpath rib dump table.mrt.gz && bgpdump -m table.mrt.gz | head
"""
)
@click.argument("file", type=click.Path(dir_okay=False, path_type=Path))
@socket_option
def dump(file: Path, socket_path: str) -> None:
    """Write the routes of all our BGP neighbours to FILE, packed where it ends with .gz or .bz2.

    Each prefix stands there once, with what each neighbour says of it. The daemon goes on meanwhile, so
    that a change during the dump may be in it or not.
    """
    from bfd_fastpath.lab.feed import opened

    part = file.with_name(f".{file.name}.part{file.suffix}")
    arguments: dict[str, object] = {}
    try:
        with opened(part, "wb") as stream:
            while True:
                answer: Any = client.ask(socket_path, "dump-routes", arguments)
                stream.write(base64.b64decode(answer["records"]))
                if answer["next"] is None:
                    break
                arguments = {"cursor": answer["next"]}
        part.replace(file)
    except OSError as error:
        raise click.ClickException(f"{file} cannot be written: {error.strerror or error}") from None
    finally:
        part.unlink(missing_ok=True)
    click.echo(f"{file}: {file.stat().st_size} octets.")


@rib.command(
    epilog="""\b
Examples:
  bfd-fastpath rib feed rib.20260101.mrt.bz2 --as 64499 --to 198.51.100.1 --peer-as 64500 \\
      --local-address 198.51.100.250 --next-hop 198.51.100.7
  bfd-fastpath rib feed table.mrt --as 64499 --listen 198.51.100.250 --to 198.51.100.1

\b
Exit codes: 0 sent, and the session ended by Ctrl-C; 1 it failed; 2 bad command line.
"""
)
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--as", "asn", type=_AS, required=True, help="Our AS number.")
@click.option("--to", "remote", type=AddressType(), required=True, help="The peer that is fed.")
@click.option("--peer-as", type=_AS, help="The peer's AS number. Left out: any.")
@click.option("--port", type=click.IntRange(1, 65535), default=179, show_default=True, help="TCP port.")
@click.option("--local-address", "local", type=AddressType(), help="Connect from this address.")
@click.option("--listen", type=AddressType(), help="Wait on this address for the peer, and do not connect.")
@click.option(
    "--router-id", type=AddressType(), default="192.0.2.250", show_default=True, help="Our BGP identifier."
)
@click.option(
    "--next-hop",
    "next_hops",
    type=AddressType(),
    multiple=True,
    help="Next hop of all routes of its IP version.",
)
@click.option(
    "--from",
    "peer",
    type=AddressType(),
    help="Take what this peer of the dump said. Left out: the first of each prefix.",
)
@click.option("--limit", type=click.IntRange(1), help="Only so many prefixes.")
@click.pass_context
def feed(
    context: click.Context,
    file: Path,
    asn: int,
    remote: Address,
    peer_as: int | None,
    port: int,
    local: Address | None,
    listen: Address | None,
    router_id: Address,
    next_hops: tuple[Address, ...],
    peer: Address | None,
    limit: int | None,
) -> int:
    """Announce the table of the MRT dump FILE to a router in a lab, as a route server would, and keep the
    session up.

    Paths and next hops go out as they are in the dump, unless --next-hop says otherwise.
    """
    if listen is not None and local is not None:
        raise click.UsageError("--local-address is for connecting; --listen waits on its own address")
    if not isinstance(router_id, IPv4Address):
        raise click.UsageError("--router-id is written as an IPv4 address")
    import asyncio

    from bfd_fastpath.lab import feed as lab
    from bfd_fastpath.net.speaker_settings import SpeakerSettings
    from bfd_fastpath.wire import bgp, mrt

    try:
        table = lab.load(file, peer=peer, limit=limit)
    except KeyError:
        raise click.UsageError(f"{file} has no peer {peer}") from None
    except (OSError, EOFError, mrt.MrtError) as error:
        raise click.UsageError(f"{file} cannot be read: {error}") from None
    families = tuple(family for version, family in lab.FAMILIES.items() if table.run(version))
    if not families:
        raise click.UsageError(f"{file} has no routes")
    settings = SpeakerSettings(
        session=bgp.SessionSettings(asn, router_id, families=families, peer_asn=peer_as),
        remote=remote,
        remote_port=port,
        local=local,
        connect=listen is None,
    )
    click.echo(
        f"{len(table)} prefixes with {len(table.values())} different attributes; waiting for {remote}.",
        err=True,
    )

    async def main() -> int:
        feeder = lab.Feeder(
            table,
            settings,
            next_hops={one.version: one for one in next_hops},
            listen=None if listen is None else (listen, port),
        )
        try:
            fed = await feeder.run()
            left = f"; {fed.left_out} left out, whose attributes cannot be announced" if fed.left_out else ""
            click.echo(
                f"Sent {fed.prefixes} prefixes in {fed.updates} UPDATEs{left}. Ctrl-C ends the session."
            )
            click.echo(f"The session ended: {await feeder.ended()}.", err=True)
        except OSError as error:
            click.echo(f"bfd-fastpath: {error}", err=True)
        finally:
            await feeder.stop()
        return exit_codes.FAILED

    try:
        return asyncio.run(main())
    except KeyboardInterrupt:
        return exit_codes.OK
