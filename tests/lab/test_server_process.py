# SPDX-License-Identifier: Apache-2.0
"""The route server as a process: only facts are on its standard output, whatever its sessions go through."""

import contextlib
import json
import signal
import socket
import subprocess
import sys


def test_a_caller_that_is_refused_puts_nothing_but_facts_on_standard_output():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    words = [
        sys.executable,
        "-m",
        "bfd_fastpath.lab.server_process",
        "203.0.113.0/24",
        "127.0.0.1",
        str(port),
    ]
    pipe = subprocess.PIPE
    with subprocess.Popen(words, stdout=pipe, stderr=pipe, text=True) as process:
        try:
            first = process.stdout.readline()
            with socket.create_connection(("127.0.0.1", port)) as client, contextlib.suppress(OSError):
                client.sendall(bytes(19))
                while client.recv(4096):
                    pass
        finally:
            process.send_signal(signal.SIGTERM)
        rest, said = process.communicate(timeout=20)
    assert json.loads(first)["kind"] == "listening"
    for line in rest.splitlines():
        assert "kind" in json.loads(line)
    assert process.returncode == 0, said
