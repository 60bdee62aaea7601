# SPDX-License-Identifier: Apache-2.0
"""A counter-example on disk: a folder that is a case of `bfd-fastpath replay --check` (docs/replay-cases.md), with the script that
shows the fault again, and the story in words."""

import json
from pathlib import Path

from bfd_fastpath.replay.end_pcapng import PcapngFile
from bfd_fastpath.wire.bfd import PacketError, decode
from tests.soak.run import Frame, Verdict
from tests.soak.scenario import SIDES, Scenario, Wanted, write

#: Ethernet, then the IP header of each family, then UDP.
_PAYLOAD_AT = {4: 14 + 20 + 8, 6: 14 + 40 + 8}
_ADDRESSES = {4: ("192.0.2.1", "192.0.2.2"), 6: ("2001:db8::1", "2001:db8::2")}
_PREFIX = {4: 24, 6: 64}
#: Packets of the story, back from the complaint.
LAST = 60


def _packet_line(frame: Frame, family: int) -> str:
    payload = frame.octets[_PAYLOAD_AT[family] :]
    direction = "says " if frame.sent else "hears"
    head = f"{frame.time_ns / 1e9:18.9f} {SIDES[frame.side]:5} {direction}"
    try:
        packet = decode(payload)
    except PacketError as problem:
        return f"{head} {payload.hex()} ({problem})"
    bits = "".join(
        letter for letter, set_ in (("P", packet.poll), ("F", packet.final), ("D", packet.demand)) if set_
    )
    section = "" if packet.authentication is None else f" auth {packet.authentication[:8].hex()}"
    return (
        f"{head} {packet.state.name:10} {bits:2} diag {packet.diagnostic} mult {packet.multiplier}"
        f" tx {packet.desired_min_tx_us} rx {packet.required_min_rx_us}"
        f" my {packet.my_discriminator:08x} your {packet.your_discriminator:08x}{section}"
    )


def story(scenario: Scenario, verdict: Verdict) -> str:
    """What was wrong, the script, and the last packets before it, each at the clock of its end."""
    shown = [frame for frame in verdict.recorded if frame.side == verdict.side][-LAST:]
    lines = [str(verdict), "", write(scenario)]
    lines += [f"The last {len(shown)} packets of the {SIDES[verdict.side]} end, at its clock:"]
    lines += [_packet_line(frame, scenario.family) for frame in shown]
    return "\n".join(lines) + "\n"


def _write_capture(path: Path, frames: list[Frame]) -> None:
    with PcapngFile(path, "lan") as file:
        for frame in frames:
            file.frame(frame.time_ns, frame.octets)


def _configuration(scenario: Scenario, side: int) -> str:
    own, peer = _ADDRESSES[scenario.family][side], _ADDRESSES[scenario.family][1 - side]
    wanted: Wanted = scenario.last_wanted(side)
    return f"""# SPDX-License-Identifier: Apache-2.0
[[port]]
name = "lan"
devargs = "net_af_packet0,iface=eth0"
addresses = ["{own}/{_PREFIX[scenario.family]}"]

[[session]]
interface = "lan"
dest-addr = "{peer}"
local-multiplier = {wanted.multiplier}
desired-min-tx-interval = "{wanted.desired_us}us"
required-min-rx-interval = "{wanted.required_us}us"
"""


def keep(scenario: Scenario, verdict: Verdict, folder: Path) -> Path:
    """Writes the case: the capture is what the end of the complaint heard and said, at its clock; the other end's is beside it.

    The expectation holds for what was captured; whoever keeps the case says what has to be true instead."""
    folder.mkdir(parents=True, exist_ok=True)
    frames = [[one for one in verdict.recorded if one.side == side] for side in (0, 1)]
    _write_capture(folder / "capture.pcapng", frames[verdict.side])
    _write_capture(folder / "other-end.pcapng", frames[1 - verdict.side])
    (folder / "script.toml").write_text(write(scenario))
    (folder / "story.txt").write_text(story(scenario, verdict))
    title = f"Soak: {verdict.rule} at the {SIDES[verdict.side]} end"
    wanted = scenario.last_wanted(verdict.side)
    address = _ADDRESSES[scenario.family][verdict.side]
    played = ""
    if not scenario.multihop and not wanted.keys:
        (folder / "config.toml").write_text(_configuration(scenario, verdict.side))
        played = f'\n[options]\nas = "{address}"\n'
    (folder / "case.toml").write_text(f'title = "{title}"\n{played}')
    expectation = {"packets": len(frames[verdict.side])}
    (folder / "expect.json").write_text(json.dumps(expectation, indent=1) + "\n")
    return folder
