# SPDX-License-Identifier: Apache-2.0
"""`bfd-fastpath doctor` and `--version` as a person types them."""

import json

import pydp
from bfd_fastpath.cli.main import invoke
from tests.doctor import trees

CONFIGURATION = """
[[port]]
name = "lan"
devargs = "0000:b1:00.0"
addresses = ["192.0.2.1/24"]
"""


def test_a_tree_is_told_worst_first_with_its_score(tmp_path, capsys):
    root = trees.xeon(tmp_path).root
    assert invoke(["doctor", "--root", str(root)]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert lines[0].startswith("warn ")
    assert any(line.startswith("        now      echo performance | tee /sys/") for line in lines)
    assert any(line.startswith("        for good mkdir -p /etc/default/grub.d") for line in lines)
    assert lines[-1].startswith("score ")


def test_what_a_configuration_lacks_makes_the_exit_code_1(tmp_path, capsys):
    root = trees.xeon(tmp_path).root
    file = tmp_path / "router.toml"
    file.write_text(CONFIGURATION)
    assert invoke(["doctor", "--root", str(root), "--config", str(file), "--json"]) == 1
    answer = json.loads(capsys.readouterr().out)
    assert answer["counts"]["bad"] == sum(one["state"] == "bad" for one in answer["findings"])
    (eal,) = (one for one in answer["findings"] if one["check"] == "configured-eal")
    assert "needs 256 MiB of hugepages on NUMA node 1" in eal["now"]


def test_a_bad_configuration_is_2(tmp_path, capsys):
    file = tmp_path / "router.toml"
    file.write_text("[[port]]\n")
    assert invoke(["doctor", "--config", str(file)]) == 2
    assert "devargs" in capsys.readouterr().err


def test_this_machine_answers(capsys):
    code = invoke(["doctor", "--json"])
    answer = json.loads(capsys.readouterr().out)
    assert code == (1 if answer["counts"]["bad"] else 0)
    assert 0 <= answer["score"] <= 100
    assert {one["state"] for one in answer["findings"]} <= {"ok", "warn", "bad", "unknown"}


def test_version_is_an_option_too(capsys):
    assert invoke(["version"]) == 0
    command = capsys.readouterr().out
    assert invoke(["--version"]) == 0
    assert capsys.readouterr().out == command
    assert pydp.dpdk_version in command
