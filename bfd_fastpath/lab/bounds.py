# SPDX-License-Identifier: Apache-2.0
"""How long each part of the story took, and how long it may take. Arithmetic over moments; it measures
nothing itself."""

from dataclasses import dataclass, replace
from typing import Final

#: What Python and the loopback sockets may add, in microseconds, to the detection time and the poll gap.
DETECTION_SLACK_US: Final = 10_000
ROUTE_GONE_SLACK_US: Final = 100_000
#: A session that is not Up says hello at most once a second (RFC 5880 6.8.3), and the handshake takes two of
#: them.
RECOVERY_US: Final = 2_000_000


@dataclass(frozen=True, slots=True)
class Moments:
    """When things happened, microseconds on one clock; None: they did not. At router A, where nothing else is
    said."""

    cut_us: int | None = None
    #: Of the end that took longest to notice the silence: its last hello, and when it noticed.
    last_hello_us: int | None = None
    detected_us: int | None = None
    #: When A's session left Up, by its own detection or by B's word.
    down_us: int | None = None
    withdrawal_sent_us: int | None = None
    route_gone_us: int | None = None
    restored_us: int | None = None
    route_back_us: int | None = None

    def returned(self, restored_us: int, route_back_us: int) -> "Moments":
        """The same, and the way back."""
        return replace(self, restored_us=restored_us, route_back_us=route_back_us)


@dataclass(frozen=True, slots=True)
class Measured:
    """Microseconds each; None where one of the two moments is missing."""

    detection_us: int | None
    down_to_withdrawal_us: int | None
    withdrawal_to_route_gone_us: int | None
    cut_to_route_gone_us: int | None
    restore_to_route_back_us: int | None


@dataclass(frozen=True, slots=True)
class Bounds:
    """The largest value that each measured time may have; None: shown without a bound."""

    detection_us: int
    down_to_withdrawal_us: int | None
    withdrawal_to_route_gone_us: int | None
    cut_to_route_gone_us: int
    restore_to_route_back_us: int


def measure(moments: Moments) -> Measured:
    def between(start: int | None, end: int | None) -> int | None:
        return None if start is None or end is None else end - start

    return Measured(
        detection_us=between(moments.last_hello_us, moments.detected_us),
        down_to_withdrawal_us=between(moments.down_us, moments.withdrawal_sent_us),
        withdrawal_to_route_gone_us=between(moments.withdrawal_sent_us, moments.route_gone_us),
        cut_to_route_gone_us=between(moments.cut_us, moments.route_gone_us),
        restore_to_route_back_us=between(moments.restored_us, moments.route_back_us),
    )


def bounds(detection_time_us: int, poll_gap_us: int) -> Bounds:
    """Bounds for a negotiated detection time T and the largest poll gap G that either router saw.

    The two parts of the way from Down to "route gone" have no bound of their own: the whole way has.
    """
    return Bounds(
        detection_us=detection_time_us + DETECTION_SLACK_US + poll_gap_us,
        down_to_withdrawal_us=None,
        withdrawal_to_route_gone_us=None,
        cut_to_route_gone_us=detection_time_us + ROUTE_GONE_SLACK_US + poll_gap_us,
        restore_to_route_back_us=RECOVERY_US + poll_gap_us,
    )


ROWS: Final = (
    ("detection_us", "detection after the last hello", "T + 10 ms + G"),
    ("down_to_withdrawal_us", "Down -> withdrawal sent", ""),
    ("withdrawal_to_route_gone_us", "withdrawal -> route gone at A", ""),
    ("cut_to_route_gone_us", "cut -> route gone at A", "T + 100 ms + G"),
    ("restore_to_route_back_us", "restore -> route back at A", "2 s + G"),
)


def missed(measured: Measured, limits: Bounds) -> list[str]:
    """A sentence for each bound that was missed. A time that was not measured misses nothing: its step is
    missing."""
    faults = []
    for name, text, rule in ROWS:
        value, limit = getattr(measured, name), getattr(limits, name)
        if value is not None and limit is not None and value > limit:
            faults.append(f"{text} took {value} us, more than {limit} us ({rule})")
    return faults
