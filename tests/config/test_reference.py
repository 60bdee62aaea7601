# SPDX-License-Identifier: Apache-2.0
"""The reference page is what the model says: every key, its default, and an example that reads."""

import dataclasses
import re
from pathlib import Path
from typing import Any

import pytest

from bfd_fastpath.config import parse
from bfd_fastpath.config.model import Config
from bfd_fastpath.config.reference import reference
from bfd_fastpath.config.schema import SECTIONS

PAGE = Path(__file__).parents[2] / "docs" / "configuration.md"


def test_the_page_holds_the_reference_as_the_schema_gives_it():
    assert reference() in PAGE.read_text("utf-8"), "docs/configuration.md is stale: see its last section"


@pytest.mark.parametrize("page", [PAGE, PAGE.with_name("forwarding.md")], ids=lambda page: page.name)
def test_every_example_on_the_page_reads_without_a_fault(page):
    examples = re.findall(r"```toml\n(.*?)```", page.read_text("utf-8"), re.DOTALL)
    assert examples
    for example in examples:
        assert parse(example).faults == ()


@pytest.mark.parametrize("section", [one for one in SECTIONS if not one.many], ids=lambda one: one.name)
def test_the_defaults_of_the_reference_are_those_of_the_model(section):
    written = "".join(
        f"{key.name} = {key.default}\n" for key in section.keys if key.default and key.name != "min-interval"
    )
    config = parse(f"[{section.name}]\n{written}").config
    assert config is not None
    assert getattr(config, section.name) == getattr(Config(), section.name)


def test_the_defaults_of_repeated_sections_are_those_of_the_model():
    needed = {
        "port": 'name = "p"\ndevargs = "d"\naddresses = ["198.51.100.1/24"]\n',
        "route": 'prefix = "10.0.0.0/8"\nvia = "198.51.100.2"\n',
        "lag": 'name = "l"\nmembers = ["p"]\ndest-addr = "198.51.100.2"\n',
        "session": 'interface = "p"\ndest-addr = "198.51.100.2"\n',
        "neighbor": 'address = "198.51.100.3"\nremote-as = 5\n',
        "key-chain": 'name = "c"\nkeys = [{ key-id = 1, crypto-algorithm = "md5", key-env = "K" }]\n',
    }
    start = '[router]\nasn = 1\nrouter-id = "192.0.2.1"\n'
    bare = start + "".join(f"[[{name}]]\n{text}" for name, text in needed.items())
    full = start
    for section in (one for one in SECTIONS if one.many):
        defaults = "".join(f"{key.name} = {key.default}\n" for key in section.keys if key.default)
        full += f"[[{section.name}]]\n{needed[section.name]}{defaults}"
    assert parse(bare).faults == parse(full).faults == ()
    assert parse(bare).config == parse(full).config


def test_every_field_of_the_model_can_be_written():
    """A field that no key sets would be a promise that nobody can use."""
    keys = {key.field for section in SECTIONS for key in section.keys}
    renamed = {
        "desired_min_tx_us": "desired_min_tx_interval",
        "required_min_rx_us": "required_min_rx_interval",
        "max_sleep_us": "max_sleep",
        "hold_time_s": "hold_time",
        "connect_retry_us": "connect_retry",
        "down_retry_us": "down_retry",
        "linger_us": "linger",
        "demand_poll_us": "demand_poll_interval",
        "required_min_echo_rx_us": "required_min_echo_rx_interval",
        "desired_min_echo_tx_us": "desired_min_echo_tx_interval",
        "echo_source": "echo_source_addr",
        "hold_down_us": "hold_down",
        "half_life_us": "half_life",
        "max_suppress_us": "max_suppress",
        "hold_us": "hold",
        "bounce_window_us": "bounce_window",
        "bounce_hold_us": "bounce_hold",
        "coalesce_us": "coalesce",
        "link_quality_interval_us": "link_quality_interval",
        "link_quality_delay_floor_us": "link_quality_delay_floor",
    }
    config = parse(
        '[[port]]\nname="p"\ndevargs="d"\naddresses=["198.51.100.1/24"]\n[[session]]\ninterface="p"\ndest-addr="198.51.100.2"\n'
        '[[route]]\nprefix="10.0.0.0/8"\nvia="198.51.100.2"\n'
    ).config
    assert config is not None
    records: list[Any] = [
        config.router,
        config.eal,
        config.engine,
        config.forwarding,
        config.bfd,
        config.dampening,
        config.reflector,
        config.report,
        config.fuse,
        config.nhib,
        config.control,
    ]
    records += [config.log, config.bfd.timers, config.ports[0], config.sessions[0], config.routes[0]]
    for record in records:
        for field in dataclasses.fields(record):
            assert field.name == "timers" or renamed.get(field.name, field.name) in keys
