# SPDX-License-Identifier: Apache-2.0
"""EAL for the demo: virtual ports only, hugepages where there are some, no root. Once a process, also when
run twice."""

import pydp


def start_eal() -> str | None:
    """None when EAL is ready; otherwise one sentence with the remedy."""
    if pydp.eal.state() is pydp.eal.EalState.READY:
        return None
    try:
        pydp.eal.init(program="bfd-fastpath")
    except pydp.PydpError as error:
        return str(error)
    return None
