# SPDX-License-Identifier: Apache-2.0
"""Facts of a machine, from a made-up tree and from this one."""

import json

from bfd_fastpath.bench.clock import tsc_hz
from bfd_fastpath.bench.machine import facts

FILES = {
    "proc/cpuinfo": "processor\t: 0\nmodel name\t: A Processor\ncpu MHz\t\t: 2600.5\nflags\t\t: fpu avx2 hypervisor\n",
    "proc/meminfo": "MemTotal:       24000000 kB\n",
    "proc/cmdline": "quiet isolcpus=1\n",
    "sys/devices/system/cpu/isolated": "1\n",
    "sys/devices/system/cpu/nohz_full": "\n",
    "sys/devices/system/cpu/cpu0/cpufreq/scaling_governor": "performance\n",
    "sys/devices/system/cpu/cpu0/cpufreq/scaling_cur_freq": "3100000\n",
    "sys/devices/system/cpu/cpu0/cache/index0/level": "1\n",
    "sys/devices/system/cpu/cpu0/cache/index0/type": "Data\n",
    "sys/devices/system/cpu/cpu0/cache/index0/size": "32K\n",
    "sys/devices/system/cpu/cpu0/cache/index0/shared_cpu_list": "0\n",
    "sys/kernel/mm/transparent_hugepage/enabled": "always [madvise] never\n",
    "sys/devices/system/node/node0/hugepages/hugepages-2048kB/free_hugepages": "12\n",
}


def test_facts_of_a_tree(tmp_path):
    for name, text in FILES.items():
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    found = facts(tmp_path, cpus=(0, 1))
    assert found["cpu"]["model"] == "A Processor"
    assert found["cpu"]["virtual"] is True
    assert found["cpu"]["wide"] == ["avx2"]
    assert found["cpu"]["caches"] == [{"level": "1", "type": "data", "size": "32K", "shared-by": "0"}]
    assert found["governor"] == {"0": "performance", "1": None}
    assert found["frequency-mhz"] == {"0": 3100.0, "1": 2600.5}
    assert found["isolated"] == "1"
    assert found["transparent-hugepages"] == "madvise"
    assert found["hugepages"] == [{"node": 0, "page-kib": 2048, "free": 12}]
    assert found["memory-mib"] == 23437
    json.dumps(found)


def test_a_bare_tree_says_what_it_can(tmp_path):
    assert facts(tmp_path)["memory-mib"] == 0


def test_the_time_stamp_counter_counts_by_the_monotonic_clock():
    assert 1e8 < tsc_hz() < 1e10
