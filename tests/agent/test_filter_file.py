# SPDX-License-Identifier: Apache-2.0
"""The file that a route server includes, when a reload ends in a way that nobody foresaw; and what its tools say."""

import sys
from ipaddress import ip_address

import pytest

from bfd_fastpath.agent import tool
from bfd_fastpath.agent.driver import DriverError, Wanted
from bfd_fastpath.agent.drivers.openbgpd import Openbgpd
from bfd_fastpath.agent.filter_file import FilterFile
from bfd_fastpath.agent.settings import Kind, RouteServer

A, X = map(ip_address, ("192.0.2.1", "192.0.2.9"))


class Interrupted(Openbgpd):
    """Whose text is the wanted, and whose reload is never done; the route server has something else."""

    def __init__(self, path, error):
        super().__init__(RouteServer(Kind.OPENBGPD, path))
        self.error = error

    def text(self, wanted):
        return f"{wanted.excluded}\n"

    def has(self, text):
        return False

    def reload(self):
        raise self.error


@pytest.mark.parametrize("error", [DriverError("no"), ValueError("a fault of ours"), KeyboardInterrupt()])
@pytest.mark.parametrize("before", ["as it was\n", None])
def test_the_file_says_what_the_route_server_has_however_a_reload_ends(tmp_path, error, before):
    path = tmp_path / "rs-bfd.conf"
    if before is not None:
        path.write_text(before)
    with pytest.raises(type(error)):
        FilterFile(path, Interrupted(path, error)).apply(Wanted((A,), {A: (X,)}))
    assert path.read_text() == (before or "{}\n")


def test_octets_of_an_operator_keep_nobody_from_it(tmp_path):
    path = tmp_path / "rs-bfd.conf"
    before = "# größer\n".encode("latin-1")
    path.write_bytes(before)
    with pytest.raises(DriverError):
        FilterFile(path, Interrupted(path, DriverError("no"))).apply(Wanted((A,), {A: (X,)}))
    assert path.read_bytes() == before
    assert not FilterFile(path, Interrupted(path, None)).prepare(Wanted((A,)))


def test_a_tools_words_are_told_also_where_they_are_no_utf_8():
    said = "import sys; sys.stderr.buffer.write(b'caf\\xe9: no such group'); sys.exit(1)"
    with pytest.raises(DriverError, match=r"caf.: no such group"):
        tool.run([sys.executable, "-c", said], 20)
