# SPDX-License-Identifier: Apache-2.0
"""A whole, good configuration, and what comes of replacing parts of it."""

from bfd_fastpath.config import Config, Fault, parse

GOOD = """
[router]
name = "a"
asn = 64500
router-id = "192.0.2.1"

[[port]]
name = "lan0"
devargs = "net_af_packet0,iface=eth1"
addresses = ["198.51.100.1/24", "2001:db8::1/64"]

[[session]]
interface = "lan0"
dest-addr = "198.51.100.2"
min-interval = "50ms"

[[session]]
interface = "lan0"
dest-addr = "2001:db8::2"

[[neighbor]]
address = "198.51.100.254"
remote-as = 64999
announce = ["192.0.2.0/24", "2001:db8:2::/48"]
"""


def good(text: str = GOOD) -> Config:
    parsed = parse(text)
    assert parsed.faults == ()
    assert parsed.config is not None
    return parsed.config


def changed(*replacements: tuple[str, str]) -> str:
    text = GOOD
    for old, new in replacements:
        assert text.count(old) >= 1, old
        text = text.replace(old, new)
    return text


def faults(text: str) -> list[Fault]:
    parsed = parse(text, "a.toml")
    assert (parsed.config is None) == bool(parsed.faults)
    assert all(one.file == "a.toml" and one.wrong and one.instead for one in parsed.faults)
    return list(parsed.faults)


def fault(text: str) -> Fault:
    found = faults(text)
    assert len(found) == 1, found
    return found[0]
