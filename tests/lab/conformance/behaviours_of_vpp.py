# SPDX-License-Identifier: Apache-2.0
"""What VPP's own BFD suite checks, behaviour by behaviour in words of ours, and what covers each here: rows of the checklist,
tests by file and name, or the reason why it does not apply.
"""

from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True, slots=True)
class Behaviour:
    """`rows`: of the checklist; `tests`: "path::name", from the repository's root; `apart`: why it is not ours."""

    text: str
    rows: tuple[int, ...] = ()
    tests: tuple[str, ...] = ()
    apart: str = ""


_SESSIONS = "tests/pydp/test_sessions.py::"
_KEYS = "tests/pydp/test_authentication.py::"
_CHAIN = "tests/core/test_key_chain.py::"
_RUN = "tests/daemon/test_run.py::"
_ECHO = "tests/core/test_rows_echo.py::"
_FRR_ECHO = "tests/interop/bfd/test_echo.py::"
_NEXT_HOP = "tests/core/test_rows_silence.py::test_next_hop_is_"
_VRF = (
    "a port belongs to one engine, and an engine has one table: there is no VRF that an answer could leave by"
)

API: Final = (
    Behaviour("a session is made", tests=(_SESSIONS + "test_two_engines_bring_a_session_up_and_agree",)),
    Behaviour("made twice it is one", tests=(_SESSIONS + "test_the_same_session_again_changes_nothing",)),
    Behaviour("made over IPv6", tests=("tests/lab/conformance/test_own_engine.py::held",)),
    Behaviour(
        "its timers are changed", (83,), (_SESSIONS + "test_new_timers_are_negotiated_without_a_flap",)
    ),
    Behaviour(
        "one call makes or changes it", (83,), (_SESSIONS + "test_the_same_session_again_changes_nothing",)
    ),
    Behaviour("keys of SHA1 are made", (13,), (_KEYS + "test_sessions_of_each_type_come_up_and_stay",)),
    Behaviour("a session with a key is made", (48, 66)),
    Behaviour(
        "made twice with a key it is one",
        tests=(_KEYS + "test_repeating_a_session_or_a_chain_changes_nothing",),
    ),
    Behaviour(
        "a key that is not there is refused", tests=(_KEYS + "test_a_chain_number_that_cannot_be_is_refused",)
    ),
    Behaviour("sessions share a key", tests=(_KEYS + "test_a_chain_in_use_is_not_removed",)),
    Behaviour(
        "authentication is put on",
        tests=(_KEYS + "test_authentication_is_put_on_and_taken_off_a_running_session",),
    ),
    Behaviour(
        "authentication is taken off",
        tests=(_KEYS + "test_authentication_is_put_on_and_taken_off_a_running_session",),
    ),
    Behaviour("the key is changed", tests=(_KEYS + "test_a_key_changes_under_way_without_a_flap",)),
    Behaviour("the source of Echo packets is set and taken back", (129, 132)),
    Behaviour(
        "the traffic class is set",
        apart="it is CS6, network control (RFC 4594 3.1), in every packet, and nobody has wanted another",
    ),
)
IPV4: Final = (
    Behaviour("a session comes up", (114,)),
    Behaviour("its first packet is found by the pair of addresses", (106,)),
    Behaviour("it goes down with its peer", (114,)),
    Behaviour("hellos hold it up", (113, 6)),
    Behaviour("while down it sends slowly", (76, 86)),
    Behaviour("the peer wants nothing, and gets nothing", (122,)),
    Behaviour("silence takes it down", (92,)),
    Behaviour("the peer's discriminator is forgotten then", (74,)),
    Behaviour("the peer wants few packets, and gets few", (115, 120)),
    Behaviour("the peer wants more, and gets them at once", (87, 88)),
    Behaviour("its reception interval is doubled", (83, 90)),
    Behaviour("its reception interval is halved", (83, 85)),
    Behaviour(
        "its multiplier is changed",
        (12,),
        ("tests/core/test_rows_demand.py::test_row_012_without_demand_a_multiplier_needs_no_poll",),
    ),
    Behaviour("a second Poll Sequence waits for the first", (91,)),
    Behaviour("a Poll is answered", (124,)),
    Behaviour("the peer demands, and gets nothing periodic", (112, 123)),
    Behaviour(
        "the peer's Echo packets are sent back",
        tests=(
            _ECHO + "test_a_peer_s_echoes_are_reflected_as_fast_as_we_said",
            _FRR_ECHO + "test_frrs_are_reflected_by_us_and_found_good",
        ),
    ),
    Behaviour("its own Echo packets keep it up", (129,)),
    Behaviour("lost Echo packets take it down", (94, 130)),
    Behaviour("Echo packets stop where the peer says 0", (110,)),
    Behaviour(
        "Echo packets stop where they are no longer wanted (ours always have a source)",
        (131, 132),
        (
            _ECHO + "test_no_echo_unless_the_configuration_wants_any",
            _FRR_ECHO + "test_a_reload_that_ends_echoes_flaps_nothing",
        ),
    ),
    Behaviour(
        "old Echo packets do not keep it up",
        (129,),
        (
            _ECHO + "test_row_129_a_second_copy_is_refused_and_one_that_was_overtaken_too",
            _ECHO + "test_row_129_an_echo_after_down_is_refused_also_when_echoes_go_again",
        ),
    ),
    Behaviour(
        "forged Echo packets do not keep it up",
        (129,),
        (
            _ECHO + "test_row_129_whatever_is_changed_in_it_makes_it_a_forgery",
            _ECHO + "test_row_129_what_was_never_ours_is_a_forgery",
        ),
    ),
    Behaviour("it is disabled and enabled", (137, 138)),
    Behaviour("timers change while the peer demands", (12,)),
    Behaviour(
        "its interface goes",
        tests=("tests/pydp/test_engine.py::test_closing_an_engine_leaves_its_ports_open_for_the_next",),
    ),
    Behaviour(
        "the traffic class is seen in packets",
        tests=(
            "tests/pydp/test_multihop.py::test_what_is_sent_goes_to_the_gateway_with_the_wanted_ttl_and_port",
        ),
    ),
)
VRF: Final = (
    Behaviour("F leaves by the default table, IPv4", (124,)),
    Behaviour("F leaves by another table, IPv4", apart=_VRF),
    Behaviour("F leaves by the default table, IPv6", (124,)),
    Behaviour("F leaves by another table, IPv6", apart=_VRF),
)
IPV6: Final = (
    Behaviour("a session comes up over IPv6", (114,)),
    Behaviour("its first packet is found by the pair of addresses", (106,)),
    Behaviour("hellos hold it up", (113,)),
    Behaviour(
        "the peer's Echo packets are sent back",
        tests=(_FRR_ECHO + "test_frrs_are_reflected_by_us_and_found_good",),
    ),
    Behaviour("its own Echo packets keep it up", (129,)),
    Behaviour(
        "its interface goes",
        tests=("tests/pydp/test_engine.py::test_closing_an_engine_leaves_its_ports_open_for_the_next",),
    ),
)
FORWARDING: Final = (
    Behaviour(
        "routes follow the session",
        tests=(
            _NEXT_HOP + "unknown_until_up_and_live_then",
            _NEXT_HOP + "dead_when_a_session_that_was_up_fails",
            _SESSIONS + "test_a_cut_takes_the_session_down_after_the_detection_time",
        ),
    ),
    Behaviour(
        "BFD over a GRE tunnel",
        apart="no port of ours is a tunnel; one of the kernel's is a TAP like any other",
    ),
)
SHA1: Final = (
    Behaviour("a session with SHA1 comes up", (66,)),
    Behaviour("hellos hold it up", (63, 66)),
    Behaviour("meticulous ones, too", (59, 64)),
    Behaviour("wrong sequence numbers do not", (63, 64)),
    Behaviour("a packet without a section does not take it down", (60, 108)),
    Behaviour("nor one with an unknown key", (61,)),
    Behaviour("nor one of another type", (60,)),
    Behaviour("a peer that starts anew is heard again", (81, 82)),
)
ON_AND_OFF: Final = (
    Behaviour(
        "authentication goes on at once",
        tests=(_KEYS + "test_authentication_is_put_on_and_taken_off_a_running_session",),
    ),
    Behaviour(
        "authentication goes off at once",
        tests=(_KEYS + "test_authentication_is_put_on_and_taken_off_a_running_session",),
    ),
    Behaviour(
        "the key changes at once", tests=(_CHAIN + "test_another_secret_under_the_same_id_is_used_at_once",)
    ),
    Behaviour(
        "authentication goes on once the peer has it", apart="a chain takes over keys, not their absence"
    ),
    Behaviour(
        "authentication goes off once the peer has none", apart="a chain takes over keys, not their absence"
    ),
    Behaviour(
        "the key changes once the peer has it",
        tests=(_CHAIN + "test_a_key_is_changed_without_a_packet_lost",),
    ),
)
COMMANDS: Final = (
    Behaviour("what there is is shown", tests=(_RUN + "test_show_prints_a_table_and_json",)),
    Behaviour("keys of SHA1 are set and removed", tests=(_KEYS + "test_a_chain_in_use_is_not_removed",)),
    Behaviour("of meticulous SHA1, too", tests=(_KEYS + "test_sessions_of_each_type_come_up_and_stay",)),
    Behaviour(
        "sessions are made, changed and removed over IPv4",
        tests=(_RUN + "test_hangup_reads_the_configuration_again",),
    ),
    Behaviour(
        "and over IPv6",
        tests=("tests/interop/bfd/test_daemons.py::test_our_new_timer_is_negotiated_without_a_flap",),
    ),
    Behaviour("with keys over IPv4", tests=(_KEYS + "test_frames_are_whole",)),
    Behaviour("with keys over IPv6", tests=(_KEYS + "test_frames_are_whole",)),
    Behaviour(
        "authentication is put on and off",
        tests=(_KEYS + "test_authentication_is_put_on_and_taken_off_a_running_session",),
    ),
    Behaviour("and on and off with the peer", apart="a chain takes over keys, not their absence"),
    Behaviour(
        "a session is disabled and enabled", (137,), (_RUN + "test_an_operator_takes_a_session_down_and_up",)
    ),
    Behaviour("the source of Echo packets is set and taken back", (129, 132)),
)
#: In the order of VPP's test_bfd.py.
ALL: Final = (*API, *IPV4, *VRF, *IPV6, *FORWARDING, *SHA1, *ON_AND_OFF, *COMMANDS)
