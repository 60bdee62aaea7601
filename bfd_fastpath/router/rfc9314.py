# SPDX-License-Identifier: Apache-2.0
"""BFD sessions as JSON with the names of RFC 9314 (ietf-bfd): intervals in microseconds, times RFC 3339."""

from collections import Counter
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta

import pydp


class WallClock:
    """Turns CLOCK_MONOTONIC nanoseconds into RFC 3339 text, as of one pair of readings."""

    def __init__(self, now_ns: int, now: datetime) -> None:
        self._now_ns = now_ns
        self._now = now

    def __call__(self, time_ns: int | None) -> str | None:
        """None for 0 and None, which mean never."""
        if not time_ns:
            return None
        moment = self._now - timedelta(microseconds=(self._now_ns - time_ns) / 1000)
        return moment.astimezone(UTC).isoformat(timespec="microseconds").replace("+00:00", "Z")


def wall_clock() -> WallClock:
    """As of now."""
    return WallClock(pydp.clock_ns(), datetime.now(UTC))


def session(
    state: pydp.SessionState, interface: str, wall: WallClock, key_chain: str | None = None
) -> dict[str, object]:
    """One session as `session` of ietf-bfd-ip-sh, or of a group of ietf-bfd-ip-mh; leaves of ours (vlan,
    next-hop, polling...) stand beside RFC 9314's."""
    config = state.config
    return {
        "interface": interface,
        "dest-addr": str(config.dest_addr),
        "source-addr": str(config.source_addr),
        "vlan": config.vlan,
        "path-type": str(config.path_type),
        **_path(config),
        "role": str(config.role),
        "local-multiplier": config.local_multiplier,
        "desired-min-tx-interval": config.desired_min_tx_interval_us,
        "required-min-rx-interval": config.required_min_rx_interval_us,
        "demand-enabled": config.demand_enabled,
        **_echo_wanted(config),
        **_authentication(state, key_chain),
        "admin-down": config.admin_down,
        "local-discriminator": state.local_discriminator,
        "remote-discriminator": state.remote_discriminator,
        "remote-multiplier": state.remote_multiplier,
        "source-port": state.source_port,
        "dest-port": state.dest_port,
        "next-hop-state": str(state.nexthop_state),
        "next-hop-held": state.held,
        "neighbour-state": str(state.neighbour_state),
        "polling": state.polling,
        "leaving": state.removing,
        "session-running": {
            "session-index": state.id,
            "local-state": str(state.local_state),
            "remote-state": str(state.remote_state),
            "local-diagnostic": str(state.local_diagnostic),
            "remote-diagnostic": str(state.remote_diagnostic),
            "remote-authenticated": state.remote_authenticated,
            "detection-mode": _detection_mode(state),
            "remote-demand": state.remote_demand,
            "negotiated-tx-interval": state.negotiated_tx_interval_us,
            "negotiated-rx-interval": state.negotiated_rx_interval_us,
            "detection-time": state.detection_time_us,
            "remote-desired-min-tx-interval": state.remote_desired_min_tx_interval_us,
            "remote-required-min-rx-interval": state.remote_required_min_rx_interval_us,
            **_echo_running(state),
        },
        "session-statistics": {
            "create-time": wall(state.create_time_ns),
            "last-down-time": wall(state.last_down_time_ns),
            "last-up-time": wall(state.last_up_time_ns),
            "last-receive-time": wall(state.last_rx_time_ns),
            "up-count": state.up_count,
            "down-count": state.down_count,
            "admin-down-count": state.admin_down_count,
            "poll-count": state.poll_count,
            "stall-count": state.stall_count,
            "poll-gap": state.poll_gap_us,
            "receive-packet-count": state.receive_packet_count,
            "send-packet-count": state.send_packet_count,
            "receive-invalid-packet-count": state.receive_invalid_packet_count,
            "send-failed-packet-count": state.send_failed_packet_count,
            **_echo_counts(state),
        },
    }


def _path(config: pydp.SessionConfig) -> dict[str, object]:
    """What only a session of this path type has."""
    if config.path_type is pydp.PathType.IP_SH:
        return {}
    gateway = str(config.gateway) if config.gateway is not None else None
    path: dict[str, object] = {"gateway": gateway, "tx-ttl": config.tx_ttl}
    if config.path_type is pydp.PathType.IP_MH:
        path["rx-ttl"] = config.rx_ttl
    return path


def _authentication(state: pydp.SessionState, key_chain: str | None) -> dict[str, object]:
    """What only a session that authenticates has, of the key that it sends with."""
    if not state.config.key_chain:
        return {}
    algorithm = {1: "simple-password", 2: "md5", 3: "md5", 4: "sha-1", 5: "sha-1"}[int(state.auth_type)]
    return {
        "authentication": {
            "key-chain": key_chain,
            "meticulous": state.config.meticulous,
            "key-id": state.auth_key_id,
            "crypto-algorithm": algorithm,
        }
    }


def _detection_mode(state: pydp.SessionState) -> str:
    mode = "demand" if state.demanding else "async"
    return f"{mode}-with-echo" if state.echo_tx_interval_us else f"{mode}-without-echo"


def _has_echo(config: pydp.SessionConfig) -> bool:
    return config.required_min_echo_rx_interval_us > 0 or config.desired_min_echo_tx_interval_us > 0


def _echo_wanted(config: pydp.SessionConfig) -> dict[str, object]:
    """What only a session that has to do with echoes has; so the two below."""
    if not _has_echo(config):
        return {}
    return {
        "required-min-echo-rx-interval": config.required_min_echo_rx_interval_us,
        "desired-min-echo-tx-interval": config.desired_min_echo_tx_interval_us,
        "echo-source-addr": str(config.echo_source_addr or config.source_addr),
    }


def _echo_running(state: pydp.SessionState) -> dict[str, object]:
    if not _has_echo(state.config):
        return {}
    return {
        "echo-tx-interval-in-use": state.echo_tx_interval_us,
        "remote-required-min-echo-rx-interval": state.remote_required_min_echo_rx_interval_us,
        "echo-round-trip": state.echo_rtt_ns / 1000,
    }


def _echo_counts(state: pydp.SessionState) -> dict[str, object]:
    if not _has_echo(state.config):
        return {}
    return {
        "send-echo-count": state.send_echo_count,
        "receive-echo-count": state.receive_echo_count,
        "reflect-echo-count": state.reflect_echo_count,
    }


def summary(states: Iterable[pydp.SessionState]) -> dict[str, int]:
    """`summary` of ietf-bfd: Init counts as down, as it is not Up and nobody took it down."""
    counts = Counter(state.local_state for state in states)
    up, admin_down = counts[pydp.State.UP], counts[pydp.State.ADMIN_DOWN]
    return {
        "number-of-sessions": counts.total(),
        "number-of-sessions-up": up,
        "number-of-sessions-down": counts.total() - up - admin_down,
        "number-of-sessions-admin-down": admin_down,
    }
