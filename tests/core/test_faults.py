# SPDX-License-Identifier: Apache-2.0
"""The list of faults: names and texts, and that those of RFC 5880 6.8.6 are the oracle's and have a counter each."""

import re

import pytest

from bfd_fastpath.wire.bfd import Fault
from tests.core.binding import ffi, lib
from tests.core.subject import FAULT_NAMES, FAULTS

COUNTERS = [ffi.string(lib.counter_name(i)).decode() for i in range(lib.PYDP_CNT_COUNT)]


def test_names_are_unique_kebab_words_with_a_text_each() -> None:
    assert len(set(FAULT_NAMES)) == len(FAULT_NAMES) == lib.BFD_FAULTS
    for number, name in enumerate(FAULT_NAMES):
        if number > 0:
            assert re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)*", name)
            text = ffi.string(lib.bfd_fault_text(number)).decode()
            assert text
            assert not text.endswith(".")


@pytest.mark.parametrize("number", [0, lib.BFD_FAULTS, 2**32 - 1])
def test_a_number_that_is_no_fault_has_no_name(number: int) -> None:
    assert lib.bfd_fault_name(number) == ffi.NULL
    assert lib.bfd_fault_text(number) == ffi.NULL


@pytest.mark.parametrize("fault", list(Fault))
def test_the_first_faults_are_the_oracle_s_in_its_order_and_counted_by_name(fault: Fault) -> None:
    number = FAULTS.index(fault)
    assert FAULT_NAMES[number] == fault.value
    assert COUNTERS[lib.counter_of_fault(number)] == f"drop-bfd-{fault.value}"
