# SPDX-License-Identifier: Apache-2.0
"""From a [[neighbor]] of the configuration to the settings of its speaker, the password included. It
connects nothing."""

import os

from bfd_fastpath.config.model import Config, Family, Neighbor
from bfd_fastpath.net.speaker_settings import SpeakerSettings
from bfd_fastpath.wire import bgp

FAMILIES = {
    Family.IPV4_UNICAST: bgp.IPV4_UNICAST,
    Family.IPV6_UNICAST: bgp.IPV6_UNICAST,
    Family.BGP_LS: bgp.BGP_LS,
}


class PasswordError(Exception):
    """A TCP-MD5 password cannot be had; one sentence with the remedy, never the password."""


def speaker_settings(neighbor: Neighbor, config: Config) -> SpeakerSettings:
    """Raises PasswordError; ValueError where the configuration lacks asn or router-id (its check sees to
    that)."""
    if config.router.asn is None or config.router.router_id is None:
        raise ValueError("a neighbor needs router.asn and router.router-id")
    first = neighbor.connect_retry_us / 1e6
    return SpeakerSettings(
        session=bgp.SessionSettings(
            local_asn=config.router.asn,
            router_id=config.router.router_id,
            families=tuple(FAMILIES[family] for family in neighbor.families),
            peer_asn=neighbor.remote_as,
            hold_time_s=neighbor.hold_time_s,
        ),
        remote=neighbor.address,
        remote_port=neighbor.port,
        local=neighbor.local_address,
        connect=not neighbor.passive,
        password=_password(neighbor),
        gtsm=neighbor.ttl_security,
        reconnect_first_s=min(1.0, first),
        reconnect_most_s=first,
    )


def _password(neighbor: Neighbor) -> str | None:
    if neighbor.password_env is not None:
        value = os.environ.get(neighbor.password_env)
        if not value:
            raise PasswordError(
                f"The TCP-MD5 password of neighbor {neighbor.address} is to be in the environment variable "
                f"{neighbor.password_env}, which is not set; set it or use password-file."
            )
        return value
    if neighbor.password_file is not None:
        try:
            with neighbor.password_file.open(encoding="utf-8") as file:
                value = file.readline().rstrip("\r\n")
        except (OSError, UnicodeDecodeError) as error:
            reason = error.strerror if isinstance(error, OSError) else "it is not UTF-8"
            raise PasswordError(
                f"The TCP-MD5 password of neighbor {neighbor.address} cannot be read from "
                f"{neighbor.password_file} ({reason}); its first line is to be the password."
            ) from None
        if not value:
            raise PasswordError(
                f"{neighbor.password_file}, the password file of neighbor {neighbor.address}, begins with an "
                "empty line; its first line is to be the password."
            )
        return value
    return None
