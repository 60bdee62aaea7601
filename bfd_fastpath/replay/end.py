# SPDX-License-Identifier: Apache-2.0
"""Be one end of a capture: what our engine would have done, said and told in a recorded end's place."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path
from typing import Final

from bfd_fastpath.config.model import Config, Family, InterfaceAddress, Port
from bfd_fastpath.replay.end_bgp import RouteServerTalk
from bfd_fastpath.replay.end_document import document
from bfd_fastpath.replay.end_lines import lines
from bfd_fastpath.replay.end_pcapng import PcapngFile
from bfd_fastpath.replay.end_play import Player
from bfd_fastpath.replay.end_report import Address, EndError, EndReport, NotPlayed
from bfd_fastpath.replay.end_stage import start_eal
from bfd_fastpath.replay.end_survey import Survey, survey
from pydp import PydpError, replay

__all__ = ["EndError", "EndReport", "document", "lines", "play"]

_NAMED: Final = 8
_PASSES: Final = 3

Progress = Callable[[int, int], None]


def play(
    path: str | Path,
    config: Config,
    address: Address,
    *,
    seed: int = 1,
    out: str | Path | None = None,
    bgp_out: str | Path | None = None,
    progress: Progress | None = None,
    story: replay.Story | None = None,
) -> EndReport:
    """Play `address`'s part in the capture, with the engine and the policy that `config` describes.

    The same capture, configuration and seed (1 to 2**64 - 1) give the same report and files, octet by octet.
    `out`: pcapng of the BFD that we would have sent; `bgp_out`: of the BGP session with the configuration's
    first neighbor. `progress(done, total)` is called now and then; `story` saves one reading of the file.

    Raises EndError: 2 for an address that no port has, a bad seed or a missing neighbor, 1 for a file or an
    engine that cannot be had.
    """
    if str(path) == "-":
        raise EndError(
            "a capture is read more than once to be played: save standard input in a file first", 2
        )
    path = Path(path)
    port, own = _place(config, address)
    if not 0 < seed < 1 << 64:
        raise EndError(f"seed {seed} is not in 1..2^64-1", 2)
    if bgp_out is not None and not config.neighbors:
        raise EndError("--bgp-out needs a [[neighbor]] in the configuration: the route server to be told", 2)
    for name, file in (("--out", out), ("--bgp-out", bgp_out)):
        if file is not None and Path(file).resolve() == path.resolve():
            raise EndError(f"{name} names the capture itself: name another file", 2)
    try:
        if story is None:
            story = replay.watch(path, progress=_part(progress, 0))
        start_eal()
        return _play(path, config, port, own, story, seed, out, bgp_out, progress)
    except PydpError as error:
        raise EndError(str(error), 1) from error
    except OSError as error:
        raise EndError(f"{error.filename or path}: {error.strerror or error}", 1) from error


def _play(
    path: Path,
    config: Config,
    port: Port,
    own: InterfaceAddress,
    story: replay.Story,
    seed: int,
    out: str | Path | None,
    bgp_out: str | Path | None,
    progress: Progress | None,
) -> EndReport:
    found = survey(replay.packets(path), own.address, _numbers(progress, 1, story.packets))
    with ExitStack() as opened:
        frames = None if out is None else opened.enter_context(PcapngFile(Path(out), port.name))
        messages = None if bgp_out is None else opened.enter_context(PcapngFile(Path(bgp_out), "bgp"))
        duration_ns = story.end_ns - story.start_ns
        talk = RouteServerTalk(config, own.address, messages, duration_ns) if config.neighbors else None
        player = opened.enter_context(Player(config, port, own, found, seed=seed, out=frames, talk=talk))
        player.play(replay.packets(path), story.start_ns, story.end_ns, _numbers(progress, 2, story.packets))
        return EndReport(
            address=own.address,
            port=port.name,
            seed=seed,
            start_ns=story.start_ns,
            end_ns=story.end_ns,
            backwards=story.totals.backwards,
            received=player.received,
            refused=tuple(player.refused().items()),
            cut_off=player.cut_off,
            sent=player.sent,
            sessions=tuple(track.result() for track in player.tracks()),
            not_played=_in_order([*found.not_played, *player.not_played()]),
            told=None if talk is None else tuple(talk.told),
            told_omitted=0 if talk is None else talk.omitted,
            out=None if out is None else str(out),
            out_packets=0 if frames is None else frames.packets,
            bgp_out=None if bgp_out is None else str(bgp_out),
            bgp_packets=0 if messages is None else messages.packets,
            notes=(*_notes(config, own.address, found, story), *player.notes),
        )


def _place(config: Config, address: Address) -> tuple[Port, InterfaceAddress]:
    known = []
    for port in config.ports:
        for one in port.addresses:
            if one.address == address:
                return port, one
            known.append(str(one.address))
    there = ", ".join(known) if known else "none"
    raise EndError(f"no port of the configuration has the address {address}; there are: {there}", 2)


def _notes(config: Config, address: Address, found: Survey, story: replay.Story) -> list[str]:
    notes = []
    if not found.chosen and not found.not_played:
        ends = list(dict.fromkeys(str(end.address) for one in story.sessions for end in one.ends))
        heard = ", ".join(ends[:_NAMED]) + (" and others" if len(ends) > _NAMED else "")
        notes.append(f"{address} is no end of a BFD session in this capture; ends are: {heard or 'none'}")
    if found.echoes:
        notes.append(f"{found.echoes} echo packets were left out: echo cannot be played yet")
    if story.fault is not None:
        notes.append("the file could not be read to its end; what was read was played")
    if config.neighbors and Family.BGP_LS not in config.neighbors[0].families:
        notes.append("the first neighbor is not told of next hops: its families lack bgp-ls")
    return notes


def _in_order(not_played: list[NotPlayed]) -> tuple[NotPlayed, ...]:
    return tuple(sorted(not_played, key=lambda one: one.index))


def _part(progress: Progress | None, number: int) -> Progress | None:
    """The progress of one of the passes as a part of the whole."""
    if progress is None:
        return None
    return lambda done, total: progress((number * total + done) // _PASSES, total)


def _numbers(progress: Progress | None, number: int, packets: int) -> Callable[[int], None]:
    part = _part(progress, number)
    return (lambda packet: None) if part is None else (lambda packet: part(packet, packets))
