# SPDX-License-Identifier: Apache-2.0
"""The XDP program that travels with the package, or the sentence that says how to get one."""

from pathlib import Path

import pytest
from elftools.elf.elffile import ELFFile

import pydp

SOURCES = Path(__file__).parents[2] / "native" / "xdp"


@pytest.mark.skipif(not any(SOURCES.glob("*.bpf.c")), reason="this tree has no XDP program to build")
def test_the_program_is_an_object_for_bpf_with_the_map_that_af_xdp_wants():
    with pydp.xdp_program().open("rb") as file:
        elf = ELFFile(file)
        assert elf["e_machine"] == "EM_BPF"
        assert elf.get_section_by_name(".symtab").get_symbol_by_name("xsks_map")


def test_a_build_without_the_program_says_how_to_get_it(monkeypatch, tmp_path):
    monkeypatch.setattr("pydp.ports.__file__", str(tmp_path / "ports.py"))
    with pytest.raises(pydp.UnsupportedError, match="clang"):
        pydp.xdp_program()
