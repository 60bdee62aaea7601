# SPDX-License-Identifier: Apache-2.0
"""What `replay` prints for people, from the document that --json prints: sessions with trouble first, times
as seconds since the capture's first packet.
"""

import textwrap
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from typing import Any

from bfd_fastpath.cli.table import interval, table

#: What is shown unless everything is asked for.
SESSIONS = 40
TOLD = 12
HAPPENINGS = 30
OUTAGES = 5
FAULTS = 20
#: Sentences are wrapped at so many columns.
COLUMNS = 100

_PATHS = {"path-ip-sh": "single hop", "path-ip-mh": "multihop", "path-lag": "micro", "path-s-bfd": "S-BFD"}
_COUNTS = {
    "single-hop": "single hop",
    "s-bfd": "S-BFD",
    "unfollowed": "of sessions beyond the limit",
    "echo-unfollowed": "of echo streams beyond the limit",
}
_OTHERS = {
    "arp": "ARP",
    "icmp": "ICMP",
    "icmp6": "ICMPv6",
    "tcp": "TCP",
    "udp": "UDP",
    "other-ip": "other IP",
    "fragments": "IP fragments",
    "malformed-ip": "malformed IP",
    "other-ethertype": "neither IP nor ARP",
    "unknown-link-type": "of a link type that is not read",
}
_HEADERS = (
    "#",
    "PATH",
    "END",
    "STATE",
    "DIAGNOSTIC",
    "TX",
    "DETECT",
    "PACKETS",
    "GAP P50",
    "P99",
    "MAX",
    "JITTER",
    "LATE",
    "OUTAGES",
)


def page(document: Any, *, everything: bool = False) -> str:
    """The whole page without its last line feed. `everything`: leave nothing out for length."""
    bfd = document["bfd"]
    if not any(count for key, count in bfd.items() if key != "snapped"):
        return _without_bfd(document)
    sessions = sorted(document["sessions"], key=trouble)
    shown = sessions if everything else sessions[:SESSIONS]
    parts = [_head(document)]
    if shown:
        parts.append(table(_HEADERS, _rows(shown), right=("#", *_HEADERS[5:])))
    if len(shown) < len(sessions):
        left = sessions[len(shown) :]
        troubled = sum(trouble(one)[0] < 2 for one in left)
        parts[-1] += (
            f"\n{_many(len(left), 'more session')}, {troubled} of them with trouble; --all shows them."
        )
    told = [one for one in sessions if _has_happenings(one)]
    for one in told if everything else told[:TOLD]:
        parts.append(_session(one, len(document["capture"]["interfaces"]), everything))
    if len(told) > TOLD and not everything:
        parts.append(f"What happened in {_many(len(told) - TOLD, 'more session')} is shown by --all.")
    parts += [text for text in (_echo(document), _faults(document, everything), _omitted(document)) if text]
    return "\n\n".join(parts)


def trouble(session: Any) -> tuple[int, int]:
    """To sort by: 0 lost its peer, 1 something else was wrong, 2 nothing; then by number."""
    if session["outages"]:
        return 0, session["index"]
    wrong = session["restarts"] or any(end["late"] or end["malformed"] for end in session["endpoints"])
    return (1 if wrong else 2), session["index"]


def _without_bfd(document: Any) -> str:
    snapped = document["bfd"]["snapped"]
    if not snapped:
        return f"no BFD in {_name(document)}: {_others(document) or 'no packets at all'}"
    others = _others(document)
    return (
        f"no BFD could be read in {_name(document)}: {_many(snapped, 'packet')} that may be BFD "
        f"{'was' if snapped == 1 else 'were'} cut off when captured; capture again with a longer snap length "
        "(tcpdump -s 128)" + (f"; besides {others}" if others else "")
    )


def _others(document: Any) -> str:
    """What there was that is no BFD."""
    counts = dict(document["other"])
    unread = counts.pop("unknown-link-type")
    found = [_counts(counts, _OTHERS)]
    if unread:
        links = {one["link-type"] for one in document["capture"]["interfaces"] if one["packets"]}
        types = ", ".join(map(str, sorted(links)))
        found.append(f"{unread} {_OTHERS['unknown-link-type']} (LINKTYPE in this file: {types})")
    return ", ".join(one for one in found if one)


def _head(document: Any) -> str:
    compressed = ", compressed" if document["compressed"] else ""
    start = datetime.fromtimestamp(document["start-time-us"] / 1e6, UTC)
    start = start.replace(microsecond=document["start-time-us"] % 1_000_000)
    sessions = document["sessions"]
    lost = sum(any(map(_somebody_left, one["outages"])) for one in sessions)
    holes = sum(not any(map(_somebody_left, one["outages"])) for one in sessions if one["outages"])
    told = ["none lost its peer" if not lost else f"{lost} lost the peer"]
    told += [f"{holes} with hellos missing in the capture"] if holes else []
    never = sum(_never_up(one) for one in sessions)
    told += [f"{never} never Up"] if never else []
    lines = [
        f"{_name(document)}: {document['format']}{compressed}, "
        f"{_many(document['packets'], 'packet')} in {document['duration-us'] / 1e6:.6f} s "
        f"from {start:%Y-%m-%d %H:%M:%S.%f} UTC",
        f"BFD: {_counts({k: v for k, v in document['bfd'].items() if k != 'control'}, _COUNTS)}",
    ]
    others = _others(document)
    if others:
        lines.append(f"other: {others}")
    lines.append("sessions: " + ", ".join([str(len(sessions)), *told]) if sessions else "sessions: none")
    lines += _about_the_capture(document["capture"])
    return "\n".join(lines)


def _somebody_left(outage: Any) -> bool:
    """Whether an end lost the other, or may have: not a mere hole of the capture."""
    return bool(outage["verdict"] != "capture-holes")


def _never_up(session: Any) -> bool:
    """Whether both ends were heard and neither ever said Up."""
    ends = session["endpoints"]
    came_up = any(one["to"] == "up" for one in session["state-changes"])
    return len(ends) == 2 and not came_up and all(end["first-state"] != "up" for end in ends)


def _about_the_capture(capture: Any) -> Iterator[str]:
    if capture["dropped"]:
        yield f"the capturing machine says that it lost {_many(capture['dropped'], 'packet')}"
    if capture["backwards"]:
        times = _many(capture["backwards"], "time")
        yield f"time stamps ran backwards {times}; each counts as the one before it"
    if capture["without-time"]:
        yield f"{_many(capture['without-time'], 'packet')} without a time stamp; each takes the one before it"
    if capture["gaps-unmeasured"]:
        yield f"{_many(capture['gaps-unmeasured'], 'gap')} are in no median and p99: too many different ones"


def _rows(sessions: Iterable[Any]) -> Iterator[tuple[object, ...]]:
    """A row an end; what is the session's stands in the first."""
    for one in sessions:
        gaps = {(gap["endpoint"], gap["while"]): gap for gap in one["gaps"]}
        first = True
        for end in one["endpoints"]:
            gap = gaps.get((end["address"], "up")) or gaps.get((end["address"], "not-up"))
            yield (
                one["index"] if first else " ",
                _path(one) if first else " ",
                end["address"],
                end["last-state"],
                "-" if end["last-diagnostic"] == "none" else end["last-diagnostic"],
                interval(end["negotiated-tx-interval"]),
                interval(end["detection-time"]),
                end["packets"],
                *(_time(gap[key]) if gap else "-" for key in ("p50-us", "p99-us", "max-us", "jitter-us")),
                end["late"],
                len(one["outages"]) if first else " ",
            )
            first = False


def _path(session: Any) -> str:
    vlan = f" vlan {session['vlan']}" if session["vlan"] else ""
    signed = sorted({end["authentication"] for end in session["endpoints"]} - {"none"})
    return (
        _PATHS.get(session["path-type"], str(session["path-type"]))
        + vlan
        + "".join(f", {one}" for one in signed)
    )


def _has_happenings(one: Any) -> bool:
    keys = ("outages", "state-changes", "timer-changes", "restarts", "unreachables", "late")
    return any(one[key] for key in keys)


def _session(one: Any, interfaces: int, everything: bool) -> str:
    ends = [end["address"] for end in one["endpoints"]]
    who = " and ".join(ends) if len(ends) > 1 else f"{ends[0]} (the other end is not in the capture)"
    # A number stands for an interface without a name, and says nothing where there is only one.
    name = one["interface"]
    places = [] if not name or (name == "0" and interfaces < 2) else [_plain(name)]
    places += [f"link {one['link-index']}"] if one["link-index"] else []
    interface = f" on {', '.join(places)}" if places else ""
    lines = [f"Session {one['index']}: {who}, {_path(one)}{interface}"]
    outages = one["outages"]
    shown = outages if everything else outages[:OUTAGES]
    for outage in shown:
        lines += _outage(outage)
    if len(shown) < len(outages):
        lines.append(f"  {_many(len(outages) - len(shown), 'more outage')}; --all shows them.")
    happened = _by_packet(_happenings(one))
    if happened:
        shown_rows = happened if everything else happened[:HAPPENINGS]
        text = table(("PACKET", "TIME", "END", "WHAT"), shown_rows, right=("PACKET", "TIME"))
        lines += ["  " + line for line in text.splitlines()]
        if len(shown_rows) < len(happened):
            lines.append(f"  {len(happened) - len(shown_rows)} more; --all shows them.")
    return "\n".join(lines)


def _outage(outage: Any) -> Iterator[str]:
    lasted = outage["down-for-us"]
    length = (
        f"not {'up' if _somebody_left(outage) else 'heard'} again in this capture"
        if lasted is None
        else "nobody went down"
        if not lasted
        else f"down for {_time(lasted)}"
    )
    yield from _wrapped(f"{outage['verdict']}: {outage['sentence'] or 'the evidence says nothing.'}", "  ")
    first = f"{outage['noticed-first']} noticed first" if outage["noticed-first"] else None
    heard = outage["last-heard-t-us"]
    last = None if heard is None else f"last hello before at {_seconds(heard)}"
    where = f"packet {outage['packet']} at {_seconds(outage['t-us'])}"
    yield "    " + "; ".join(part for part in (where, first, last, length) if part)
    for evidence in outage["evidence"]:
        yield from _wrapped(evidence, "    - ")


def _wrapped(sentence: str, begin: str) -> list[str]:
    hanging = " " * len(begin)
    return textwrap.wrap(
        sentence, COLUMNS, initial_indent=begin, subsequent_indent=hanging, break_on_hyphens=False
    )


def _happenings(one: Any) -> Iterator[tuple[int, str, str, str]]:
    noticed = {outage["packet"]: outage["noticed-first"] for outage in one["outages"]}

    def row(it: Any, what: str) -> tuple[int, str, str, str]:
        return it["packet"], _seconds(it["t-us"]), it["endpoint"] or "-", what

    for it in one["state-changes"]:
        said = "" if it["diagnostic"] == "none" else f", diagnostic {it['diagnostic']}"
        first = it["endpoint"] == noticed.get(it["packet"]) is not None
        yield row(it, f"{it['from']} -> {it['to']}{said}" + (", noticed first" if first else ""))
    for it in one["timer-changes"]:
        yield row(
            it,
            f"timers: multiplier {it['local-multiplier']}, tx {interval(it['desired-min-tx-interval'])}, "
            f"rx {interval(it['required-min-rx-interval'])}",
        )
    for it in one["restarts"]:
        yield row(it, f"restarted: discriminator {it['from']} -> {it['to']}")
    for it in one["unreachables"]:
        yield row(it, "ICMP: port unreachable" if it["port"] else "ICMP: unreachable")
    for it in one["late"]:
        late = f"late: {_time(it['gap-us'])} after the hello before, "
        yield row(it, late + f"detection time {interval(it['detection-time-us'])}")


def _by_packet(rows: Iterable[tuple[int, str, str, str]]) -> list[tuple[int, str, str, str]]:
    """In the order of packets; all that one packet told in one row."""
    found: dict[int, tuple[int, str, str, str]] = {}
    for packet, time, end, what in sorted(rows, key=lambda row: row[0]):
        before = found.get(packet)
        found[packet] = (packet, time, end, f"{before[3]}; {what}" if before else what)
    return list(found.values())


def _echo(document: Any) -> str:
    rows = [
        (
            one["source"],
            one["destination"],
            one["session"],
            one["packets"],
            *(_time(one["gaps"][key]) for key in ("p50-us", "p99-us", "max-us")),
        )
        for one in document["echo"][:SESSIONS]
    ]
    headers = ("FROM", "TO", "SESSION", "PACKETS", "GAP P50", "P99", "MAX")
    return "Echo\n" + table(headers, rows, right=headers[2:]) if rows else ""


def _faults(document: Any, everything: bool) -> str:
    count = document["bfd"]["malformed"]
    if not count:
        return ""
    shown = document["faults"] if everything else document["faults"][:FAULTS]
    rows = [
        (
            one["packet"],
            _seconds(one["t-us"]),
            one["source"],
            one["destination"],
            one["reason"],
            one["text"],
        )
        for one in shown
    ]
    headers = ("PACKET", "TIME", "FROM", "TO", "REASON", "WHAT IT MEANS")
    text = f"Malformed: {_many(count, 'BFD packet')} that a receiver drops\n"
    text += table(headers, rows, right=("PACKET", "TIME"))
    left = count - len(shown)
    return text + (f"\n{left} more" + ("" if everything else "; --all lists more of them") if left else "")


def _omitted(document: Any) -> str:
    left = {key.replace("-", " "): count for key, count in document["omitted"].items() if count}
    if not left:
        return ""
    counts = ", ".join(f"{count} {name}" for name, count in left.items())
    return f"Left out of the lists above, since there are too many: {counts}. Counts are exact."


def _counts(counts: Any, names: dict[str, str]) -> str:
    return ", ".join(f"{count} {names.get(name, name)}" for name, count in counts.items() if count)


def _many(count: int, noun: str) -> str:
    return f"{count} {noun}" if count == 1 else f"{count} {noun}s"


def _seconds(t_us: int) -> str:
    """Since the capture's first packet, exact to the microsecond."""
    sign, t_us = ("-", -t_us) if t_us < 0 else ("", t_us)
    return f"{sign}{t_us // 1_000_000}.{t_us % 1_000_000:06d}"


def _time(us: int) -> str:
    """A length of time with four digits that matter."""
    return interval(float(f"{us:.4g}")) if us else "0"


def _name(document: Any) -> str:
    return "standard input" if document["file"] == "-" else _plain(document["file"])


def _plain(text: str) -> str:
    """Control characters of a file's or an interface's name must not reach the terminal."""
    return "".join(one if one.isprintable() else "?" for one in text)
