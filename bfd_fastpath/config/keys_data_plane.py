# SPDX-License-Identifier: Apache-2.0
"""Keys of the data plane: [eal], [engine], [[port]], [bfd], [[session]]."""

from __future__ import annotations

from bfd_fastpath.config import model, values
from bfd_fastpath.config.key import MAX_U32, Key, Section, anything
from bfd_fastpath.config.keys_authentication import AUTHENTICATION

_interval = values.duration(1, MAX_U32, unit="us", example="300ms")
_rx_interval = values.duration(0, MAX_U32, unit="us", example="300ms")
_INTERVAL = "interval"

TIMERS = (
    Key(
        "local-multiplier",
        "1..255",
        values.integer(1, 255),
        "3",
        "Hellos that may be missed (RFC 5880 bfd.DetectMult).",
    ),
    Key(
        "desired-min-tx-interval",
        _INTERVAL,
        _interval,
        "1000000",
        "How often we would like to send (bfd.DesiredMinTxInterval).",
    ),
    Key(
        "required-min-rx-interval",
        _INTERVAL,
        _rx_interval,
        "1000000",
        "How often we can receive (bfd.RequiredMinRxInterval); 0: the peer is to send nothing periodic.",
    ),
    Key("min-interval", _INTERVAL, _interval, "", "Both intervals in one key, instead of the two above."),
    Key(
        "role",
        '"active" or "passive"',
        values.choice(model.Role),
        '"active"',
        "A passive session waits for the peer's first hello. RFC 5881 wants both ends active.",
    ),
    Key(
        "demand-enabled",
        "boolean",
        values.boolean,
        "false",
        "Demand mode (RFC 5880 6.6): while both ends are Up the peer is asked to send nothing periodic.",
    ),
    Key(
        "demand-poll-interval",
        _INTERVAL,
        _rx_interval,
        "1000000",
        "In Demand mode, how often a Poll asks whether the peer is there; 0: only `session poll` does.",
    ),
    Key(
        "required-min-echo-rx-interval",
        _INTERVAL,
        _rx_interval,
        "0",
        "How often the peer may send echoes, which we reflect (bfd.RequiredMinEchoRxInterval); 0: never.",
    ),
    Key(
        "desired-min-echo-tx-interval",
        _INTERVAL,
        _rx_interval,
        "0",
        "How often we would like to send echoes to a peer that reflects them; 0: never (RFC 5880 6.4).",
    ),
    AUTHENTICATION,
    Key(
        "link-quality",
        "boolean",
        values.boolean,
        "false",
        "Count lost hellos, their jitter and the round trips of echoes, for `show sessions --json`.",
    ),
)


EAL = Section(
    "eal",
    False,
    "DPDK's environment. Changing it needs a restart.",
    (
        Key(
            "arguments",
            "list of texts",
            values.list_of(values.text),
            "[]",
            "Added to the end of the EAL line.",
        ),
        Key(
            "hugepages",
            '"auto", "never" or "require"',
            values.choice(model.Hugepages),
            '"auto"',
            "Use hugepages where there are some, never, or refuse to start without.",
        ),
        Key(
            "memory-mib",
            "64..1048576",
            values.integer(64, 1_048_576),
            "256",
            "Memory for packets and tables, MiB.",
        ),
    ),
)

ENGINE = Section(
    "engine",
    False,
    "The workers. Changing them needs a restart.",
    (
        Key(
            "idle",
            '"sleep" or "poll"',
            values.choice(model.Idle),
            '"sleep"',
            "Sleep until the next packet or deadline, or spin.",
        ),
        Key(
            "cpu",
            "0..1023",
            values.integer(0, 1023),
            "",
            "Pin the first worker to this CPU. Left out: wherever the scheduler likes.",
        ),
        Key(
            "workers",
            "1..16",
            values.integer(1, 16),
            "1",
            "How many share the forwarding, each with queues of its own; BFD is the first one's.",
        ),
        Key(
            "cpus",
            "list of 0..1023",
            values.list_of(values.integer(0, 1023)),
            "[]",
            "Pin the workers to these CPUs, one for each, in place of `cpu`.",
        ),
        Key(
            "max-sleep",
            _INTERVAL,
            values.duration(1, 1_000_000, unit="us", example="500us"),
            "500",
            "Longest sleep while some port cannot wake the worker.",
        ),
        Key("max-sessions", "1..1048576", values.integer(1, 1_048_576), "4096", "Places for BFD sessions."),
        Key(
            "max-neighbours",
            "8..1048576",
            values.integer(8, 1_048_576),
            "4096",
            "Places for link-layer neighbours.",
        ),
    ),
)

PORT = Section(
    "port",
    True,
    "A NIC or its stand-in. Only addresses, lan and host-rate can change without a restart.",
    (
        Key("name", "name", values.name, None, "What other sections call it."),
        Key(
            "devargs",
            "text",
            values.text,
            None,
            "DPDK's device and its arguments: `net_af_packet0,iface=eth1`, `0000:03:00.0`.",
        ),
        Key(
            "addresses",
            "list",
            anything,
            None,
            'Ours, with prefix length: `"198.51.100.1/24"`, or `{ address = ..., vlan = 100 }`.',
        ),
        Key(
            "vlan",
            "0..4094",
            values.integer(0, 4094),
            "0",
            "802.1Q tag of the addresses that do not say their own; 0: untagged.",
        ),
        Key(
            "neighbours",
            '"own" or "kernel"',
            values.choice(model.Neighbours),
            '"own"',
            "Who resolves ARP and ND here: we, or the kernel, whose table we then mirror.",
        ),
        Key(
            "kernel-interface",
            "text",
            values.text,
            "",
            "The kernel's name of the interface. Left out: what iface= in devargs says.",
        ),
        Key(
            "xdp-redirect",
            '"none" or "bfd"',
            values.choice(model.XdpRedirect),
            '"none"',
            "With net_af_xdp: bfd loads an XDP program that takes BFD and leaves the rest to the kernel.",
        ),
        Key(
            "host",
            '"none" or "tap"',
            values.choice(model.Host),
            '"none"',
            "tap: what comes for the addresses and is not ours goes to the kernel, by its own interface.",
        ),
        Key("host-name", "text", values.text, "", "The name of that interface. Left out: the port's."),
        Key(
            "host-rate",
            "1..10000000",
            values.integer(1, 10_000_000),
            "10000",
            "Packets a second to the kernel at most; half of a burst is kept for control traffic.",
        ),
        Key(
            "queues",
            "1..16",
            values.integer(1, 16),
            "",
            "Receive queues, over which the driver spreads flows. Left out: one for each worker.",
        ),
        Key(
            "mtu",
            "1280..65000",
            values.integer(1280, 65_000),
            "",
            "Octets of an IP packet at most, 9000 for jumbo frames. Left out: the driver's own, mostly 1500.",
        ),
        Key(
            "lan",
            "list of prefixes",
            values.list_of(values.prefix),
            "",
            "Prefixes of the peering LAN. Left out: the connected prefixes of the addresses.",
        ),
    ),
)

BFD = Section(
    "bfd",
    False,
    "Sessions to next hops that are learned, and what a [[session]] leaves out.",
    (
        Key("enabled", "boolean", values.boolean, "true", "Run sessions to learned next hops."),
        *TIMERS,
        Key(
            "port",
            "name",
            values.text,
            "",
            "Look for learned next hops in this port's subnets only. Left out: in all.",
        ),
    ),
)

SESSION = Section(
    "session",
    True,
    "A session wanted by configuration; it needs no BGP. Timers that are left out come from [bfd].",
    (
        Key("interface", "name", values.text, None, "The [[port]] it runs on."),
        Key(
            "dest-addr",
            "address",
            values.address,
            None,
            "The peer. One session a destination and path-type.",
        ),
        Key(
            "path-type",
            '"path-ip-sh", "path-ip-mh", "path-s-bfd" or "path-unaffiliated-echo"',
            values.choice(model.PathType),
            '"path-ip-sh"',
            "One hop (RFC 5881) guards a next hop, and is reported; unaffiliated echo (RFC 9747) guards it "
            "where we forward; multihop and S-BFD (RFC 5883, RFC 7880) guard none.",
        ),
        Key(
            "source-addr",
            "address",
            values.address,
            "",
            "Left out: the port's address in the subnet of the peer, or of the gateway.",
        ),
        Key("vlan", "0..4094", values.integer(0, 4094), "", "Left out: that of the source address."),
        Key(
            "gateway",
            "address",
            values.address,
            "",
            "Routed: the neighbour that it is sent through. Left out: the peer is on link itself.",
        ),
        Key(
            "remote-discriminator",
            "discriminator",
            values.discriminator,
            "",
            "S-BFD, and needed there: what the reflector is asked by.",
        ),
        Key(
            "tx-ttl",
            "1..255",
            values.integer(1, 255),
            "",
            "Routed: TTL or hop limit that we send. Left out: 255.",
        ),
        Key(
            "rx-ttl",
            "1..255",
            values.integer(1, 255),
            "",
            "Multihop, needed there: least TTL or hop limit accepted; 255 less the routers between.",
        ),
        *TIMERS,
        Key(
            "echo-source-addr",
            "address",
            values.address,
            "",
            "Source of our echoes. Left out: source-addr. Outside the subnet it spares us ICMP redirects.",
        ),
        Key("admin-down", "boolean", values.boolean, "false", "Hold the session in AdminDown."),
    ),
)
