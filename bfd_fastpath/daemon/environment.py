# SPDX-License-Identifier: Apache-2.0
"""From a configuration to EAL: the arguments it gets, and its one initialisation in this process."""

from typing import Any

import pydp
from bfd_fastpath.config.model import Config, Hugepages
from bfd_fastpath.router.dataplane import devargs
from pydp.host import Host, read_host


def eal_line(config: Config, host: Host | None = None) -> list[str]:
    """The final EAL line for a machine (this one unless told), the program's name first. PydpError (EalError)
    with the remedy when the machine cannot give it."""
    host = host or read_host()
    return pydp.eal.eal_line(host=host, **_arguments(config, host))


def start_eal(config: Config) -> list[str]:
    """Initialise EAL; returns the line that it was given. EalError with the remedy, a second start
    included."""
    host = read_host()
    return pydp.eal.init(host=host, **_arguments(config, host))


def _arguments(config: Config, host: Host) -> dict[str, Any]:
    extra = list(config.eal.arguments)
    if config.eal.hugepages is Hugepages.NEVER and "--no-huge" not in extra:
        extra.append("--no-huge")
    if config.eal.hugepages is Hugepages.REQUIRE:
        wanted, free = config.eal.memory_mib, host.free_mib()
        if free < wanted:
            raise pydp.EalError(
                f'eal.hugepages is "require" and {free} MiB of hugepages are free, '
                f"{wanted} are needed; as root: "
                f'sysctl vm.nr_hugepages={-(-wanted // 2)}, or write hugepages = "auto"'
            )
        if not {"--in-memory", "--file-prefix"}.intersection(word.split("=", 1)[0] for word in extra):
            # EAL then fails where the hugepages vanish between this look and its own, instead of going
            # without.
            extra.append("--in-memory")
    return {
        "ports": [devargs(port) for port in config.ports],
        "memory_mib": config.eal.memory_mib,
        "extra": extra,
        "program": "bfd-fastpath",
    }
