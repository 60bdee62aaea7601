# SPDX-License-Identifier: Apache-2.0
"""What `show` makes of answers that a test's daemon does not give."""

from bfd_fastpath.cli import show_tables


def test_each_reason_for_which_packets_were_refused_is_a_line():
    counters = [
        {"name": "drop-bfd-auth-digest", "count": 12, "text": "BFD password or digest wrong"},
        {"name": "drop-bfd-version", "count": 1, "text": "BFD version is not 1"},
    ]
    peer = {"dest-addr": "192.0.2.2", "interface": "lan", "refused": counters}
    lines = show_tables.refused({"sessions": [peer]}).splitlines()
    assert [line.split()[:4] for line in lines[1:]] == [
        ["192.0.2.2", "lan", "drop-bfd-auth-digest", "12"],
        ["192.0.2.2", "lan", "drop-bfd-version", "1"],
    ]
    assert lines[1].endswith("BFD password or digest wrong")
