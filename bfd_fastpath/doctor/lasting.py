# SPDX-License-Identifier: Apache-2.0
"""How a setting is made to last on Debian: kernel parameters, values of sysfs, sysctls."""

from collections.abc import Iterable

#: Read by grub-mkconfig after /etc/default/grub; by systemd-tmpfiles and systemd-sysctl at each start.
_GRUB = "/etc/default/grub.d/bfd-fastpath.cfg"
_TMPFILES = "/etc/tmpfiles.d/bfd-fastpath.conf"
_SYSCTL = "/etc/sysctl.d/80-bfd-fastpath.conf"


def kernel_parameters(*words: str) -> str:
    """From the next start on."""
    line = f'GRUB_CMDLINE_LINUX="$GRUB_CMDLINE_LINUX {" ".join(words)}"'
    return f"mkdir -p /etc/default/grub.d && echo '{line}' >> {_GRUB} && update-grub && reboot"


def sysfs(paths: Iterable[str], value: object) -> tuple[str, str]:
    """(now, at each start) a value written into files of sysfs; shell patterns are allowed."""
    files = list(paths)
    if len(files) == 1 and not set(files[0]) & set("{*["):
        now = f"echo {value} > {files[0]}"
    else:
        now = f"echo {value} | tee {' '.join(files)}"
    lines = " ".join(f"'w {one} - - - - {value}'" for one in files)
    return now, f"printf '%s\\n' {lines} >> {_TMPFILES}"


def sysctl(name: str, value: object) -> tuple[str, str]:
    """(now, at each start) a kernel setting."""
    return f"sysctl -w {name}={value}", f"echo '{name} = {value}' >> {_SYSCTL}"
