# SPDX-License-Identifier: Apache-2.0
"""Link quality for people: what a session counted, and what route servers were told of it."""

from typing import Any

from bfd_fastpath.cli.table import interval, table


def sessions(result: Any) -> str:
    """Of each session whose link is judged: losses, histograms of jitter and round trip; "" for none."""
    return "\n".join(_session(one) for one in result["sessions"] if "link-quality" in one)


def _session(one: Any) -> str:
    quality = one["link-quality"]
    loss = quality["hello-loss"]
    share = "no hello was due yet" if loss is None else f"{loss * 100:.3g} %"
    lines = [
        f"link to {one['dest-addr']}: {quality['hellos-lost']} of {quality['hellos-expected']} hellos lost "
        f"({share}), {quality['echoes-lost']} echoes lost"
    ]
    for key, name in (("hello-jitter", "hello jitter"), ("echo-round-trip", "echo round trip")):
        histogram = quality[key]
        if not histogram["count"]:
            continue
        figures = ", ".join(f"{word} {_short(histogram[word])}" for word in ("min", "mean", "p99", "max"))
        lines.append(f"  {name}: {figures}")
        rows = [(_short(bucket["from"]), bucket["count"]) for bucket in histogram["buckets"]]
        lines += ["    " + line for line in table(("FROM", "TIMES"), rows, right=("TIMES",)).splitlines()]
    return "\n".join(lines)


def _short(microseconds: float) -> str:
    """Three digits are what the buckets are good for."""
    return interval(float(f"{microseconds:.3g}"))


def told(quality: Any) -> str | None:
    """One line of what a report said of a link; None for nothing."""
    parts = []
    if (delay := quality.get("link-delay")) is not None:
        text = f"delay {interval(delay['us'])}"
        if (ends := quality.get("link-delay-range")) is not None:
            text += f" ({interval(ends['min-us'])} to {interval(ends['max-us'])})"
        parts.append(text)
    if (variation := quality.get("delay-variation")) is not None:
        parts.append(f"variation {interval(variation['us'])}")
    if (loss := quality.get("link-loss")) is not None and loss["percent"] is not None:
        parts.append(f"loss {loss['percent']:g} %")
    return ", ".join(parts) or None
