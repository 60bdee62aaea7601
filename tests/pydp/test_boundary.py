# SPDX-License-Identifier: Apache-2.0
"""Everything that Python states about the C side a second time agrees with the public headers."""

from dataclasses import fields
from typing import Any

import numpy
import pytest

import pydp
from pydp import errors, generate, states
from pydp.columns import FIELDS
from pydp.ffi import ffi, lib

ENUMS = [
    ("pydp_bfd_state", states.State, "PYDP_BFD_"),
    ("pydp_bfd_diagnostic", states.Diagnostic, "PYDP_DIAG_"),
    ("pydp_role", states.Role, "PYDP_ROLE_"),
    ("pydp_path_type", states.PathType, "PYDP_PATH_"),
    ("pydp_crypto_algorithm", states.CryptoAlgorithm, "PYDP_CRYPTO_"),
    ("pydp_auth_type", states.AuthType, "PYDP_AUTH_"),
    ("pydp_nexthop_state", states.NextHopState, "PYDP_NEXTHOP_"),
    ("pydp_nexthop_kind", states.NextHopKind, "PYDP_NEXTHOP_"),
    ("pydp_neighbour_state", states.NeighbourState, "PYDP_NEIGHBOUR_"),
    ("pydp_event_type", states.EventType, "PYDP_EVENT_"),
    ("pydp_event_flag", states.EventFlag, "PYDP_EVENT_"),
    ("pydp_idle", states.Idle, "PYDP_IDLE_"),
    ("pydp_direction", states.Direction, "PYDP_"),
    ("pydp_generate_action", generate.Action, "PYDP_GENERATE_"),
]


@pytest.mark.parametrize(("c_name", "python", "prefix"), ENUMS, ids=[row[0] for row in ENUMS])
def test_enumerations_have_the_names_and_values_of_the_header(c_name, python, prefix):
    told = {name.removeprefix(prefix): value for value, name in ffi.typeof(f"enum {c_name}").elements.items()}
    assert {member.name: member.value for member in python} == told


def test_every_status_has_an_exception_of_its_own():
    told = {value for value in ffi.typeof("enum pydp_status").elements if value < 0}
    assert set(errors._CLASSES) == told
    assert all(kind("x").name.startswith("PYDP_E_") for kind in errors._CLASSES.values())


def test_event_records_lie_as_the_struct_does():
    struct = ffi.typeof("struct pydp_event")
    assert pydp.EVENT_DTYPE.itemsize == ffi.sizeof(struct) == 80
    assert list(pydp.EVENT_DTYPE.names or ()) == [name for name, _ in struct.fields]
    laid: Any = pydp.EVENT_DTYPE.fields or {}
    for name, field in struct.fields:
        dtype, offset = laid[name][:2]
        assert (offset, dtype.itemsize) == (field.offset, ffi.sizeof(field.type)), name


def test_records_of_strangers_lie_as_their_struct_does():
    struct = ffi.typeof("struct pydp_unsolicited")
    assert pydp.UNSOLICITED_DTYPE.itemsize == ffi.sizeof(struct) == 80
    laid: Any = pydp.UNSOLICITED_DTYPE.fields or {}
    assert list(laid) == [name for name, _ in struct.fields]
    for name, field in struct.fields:
        assert (laid[name][1], laid[name][0].itemsize) == (field.offset, ffi.sizeof(field.type)), name
    usual: Any = pydp.EVENT_DTYPE.fields or {}
    for name in ("type", "session", "time_ns"):
        assert laid[name][1] == usual[name][1]


def test_columns_have_the_names_and_sizes_of_the_struct():
    struct = dict(ffi.typeof("struct pydp_columns").fields)
    assert list(FIELDS) == list(struct)
    for name, (dtype, shape) in FIELDS.items():
        size = numpy.dtype(dtype).itemsize * (shape[0] if shape else 1)
        assert size == ffi.sizeof(struct[name].type.item), name


def test_records_leave_out_no_field_of_their_struct():
    def count(struct: str) -> int:
        return sum(name != "reserved" for name, _ in ffi.typeof(f"struct {struct}").fields)

    assert len(fields(pydp.SessionState)) == count("pydp_session_state")
    assert len(fields(pydp.SessionConfig)) == count("pydp_session_config")
    assert len(fields(pydp.NextHop)) == count("pydp_nexthop")
    assert len(fields(pydp.Takeover)) == count("pydp_session_takeover")
    assert len(fields(pydp.Key)) == count("pydp_key") - 1, "bytes know their length"
    assert len(fields(pydp.PortInfo)) == count("pydp_port_info")
    assert len(fields(pydp.PortStats)) == count("pydp_port_stats")
    assert len(fields(pydp.WorkerStats)) == count("pydp_worker_stats")
    assert len(fields(pydp.StageStats)) == count("pydp_stage_stats") + len(("name",))
    assert len(fields(pydp.ReflectorConfig)) == count("pydp_reflector_config") - len(
        ("discriminator_count", "prefix_count")
    )
    assert len(fields(pydp.Neighbour)) == count("pydp_neighbour")


def test_a_reserved_diagnostic_of_a_peer_keeps_its_number():
    # RFC 5880 4.1: 9-31 are reserved for future use, and a peer may say them.
    odd = states.Diagnostic(17)
    assert (int(odd), str(odd)) == (17, "reserved-17")
    with pytest.raises(ValueError):
        states.Diagnostic(32)


def test_names_for_people_are_rfc_9314s():
    assert str(states.State.ADMIN_DOWN) == "admin-down"
    assert str(states.Diagnostic.CONTROL_EXPIRY) == "control-expiry"


def test_the_sentence_of_a_failure_travels_with_its_status():
    with pytest.raises(pydp.InvalidArgumentError) as caught:
        errors.raise_status(lib.pydp_mempool_create(ffi.NULL, 0, 0, ffi.NULL))
    assert caught.value.name == "PYDP_E_INVAL"
    assert caught.value.text == str(caught.value) == ffi.string(lib.pydp_last_error()).decode()
    assert isinstance(caught.value, ValueError)


def test_versions_are_told():
    assert pydp.__version__.count(".") == 2
    assert pydp.dpdk_version.startswith("DPDK ")
