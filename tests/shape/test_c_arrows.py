# SPDX-License-Identifier: Apache-2.0
"""C rooms include only what docs/architecture.md draws an arrow to; core is pure; public headers are plain."""

import pytest

from tests.shape.c_arrows import complaints
from tests.shape.tree import tracked

HEADER = "/* SPDX */\n#ifndef PYDP_X_H\n#define PYDP_X_H\n#include <stdint.h>\nint pydp_x(void);\n#endif\n"
INNER = {
    "native/core/agenda.h": "",
    "native/core/bfd_session.h": "",
    "native/engine/clock.h": "",
    "native/engine/worker.h": "",
    "native/io/port.h": "",
    "native/generate/x.h": "",
    "native/path/classify.h": "",
    "native/replay/capfile.h": "",
}


def test_includes_follow_the_arrows_between_rooms() -> None:
    assert complaints(tracked()) == []


@pytest.mark.parametrize(
    ("path", "source"),
    [
        ("native/core/agenda.c", "#include <rte_mbuf.h>"),
        ("native/core/agenda.c", "#include <stdlib.h>"),
        ("native/core/agenda.c", '#include "../engine/worker.h"'),
        ("native/core/agenda.c", "void *f(void) { return malloc(3); }"),
        ("native/path/arp.c", '#include "engine/worker.h"'),
        ("native/io/port.c", '#include "path/classify.h"'),
        ("native/io/port.c", '#include "stdio.h"'),
        ("native/replay/pcap.c", "#include <rte_byteorder.h>"),
        ("native/replay/pcap.c", '#include "io/port.h"'),
        ("native/io/capture.c", '#include "replay/capfile.h"'),
        ("native/generate/x.c", '#include "engine/worker.h"'),
        ("native/generate/x.c", '#include "core/bfd_session.h"'),
        ("native/generate/x.c", '#include "path/classify.h"'),
        ("native/engine/x.c", '#include "generate/x.h"'),
        ("native/extra/x.c", ""),
        ("native/examples/embed.c", "#include <rte_eal.h>"),
        ("native/include/pydp/x.h", HEADER.replace("int ", "#define PYDP_MAX 3\nint ")),
        ("native/include/pydp/x.h", HEADER.replace("#endif", "")),
    ],
)
def test_a_wrong_include_is_seen(path: str, source: str) -> None:
    assert complaints({**INNER, path: source}) != []


@pytest.mark.parametrize(
    ("path", "source"),
    [
        (
            "native/core/agenda.c",
            '#include "agenda.h"\n#include <string.h>\n#include <pydp/session.h>\n/* malloc() is not called */',
        ),
        (
            "native/engine/worker.c",
            '#include "engine/worker.h"\n#include "core/agenda.h"\n#include <rte_mbuf.h>',
        ),
        ("native/generate/x.c", '#include "engine/clock.h"\n#include "core/agenda.h"\n#include "io/port.h"'),
        ("native/include/pydp/x.h", HEADER),
    ],
)
def test_a_right_include_is_accepted(path: str, source: str) -> None:
    assert complaints({**INNER, path: source}) == []
