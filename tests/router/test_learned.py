# SPDX-License-Identifier: Apache-2.0
"""What a neighbour taught us, and how long its wants outlive its BGP session."""

from collections import Counter
from ipaddress import ip_address, ip_network

from hypothesis import given
from hypothesis import strategies as st

from bfd_fastpath.prefixes import Run
from bfd_fastpath.router.learned import NO_BFD, Learned
from bfd_fastpath.router.paths import Merit, Path

B, C = ip_address("198.51.100.2"), ip_address("198.51.100.3")
P1, P2 = ip_network("192.0.2.0/24"), ip_network("203.0.113.0/24")


def announce(learned, prefix, next_hop, origin=64501):
    """Whether it was news."""
    (run,) = Run.of([prefix])
    path = Path(next_hop.packed + origin.to_bytes(4, "big"), next_hop, Merit(1, 0, origin))
    return learned.announce(run, path, 1) == [run]


def withdraw(learned, prefix):
    (run,) = Run.of([prefix])
    learned.withdraw(run)


def test_a_next_hop_is_wanted_while_any_route_or_node_names_it():
    learned = Learned()
    announce(learned, P1, B)
    announce(learned, P2, B)
    learned.node(B, 0)
    for step in (lambda: withdraw(learned, P1), lambda: learned.node_gone(B)):
        step()
        assert learned.wanted() == {B}
    withdraw(learned, P2)
    assert learned.wanted() == set()


def test_another_next_hop_for_a_prefix_lets_go_of_the_old_one():
    learned = Learned()
    assert announce(learned, P1, B)
    assert announce(learned, P1, C)
    assert learned.wanted() == {C}


def test_the_same_route_again_is_no_news_but_another_path_is():
    learned = Learned()
    assert announce(learned, P1, B)
    assert not announce(learned, P1, B)
    assert announce(learned, P1, B, 64502)
    assert learned.wanted() == {B}


def test_losing_the_session_forgets_the_routes_and_keeps_the_wants_until_swept():
    learned = Learned()
    announce(learned, P1, B)
    learned.node(C, NO_BFD)
    assert [tuple(run) for _, run in learned.forget_routes(4)] == [(P1,)]
    assert learned.forget_nodes() == [C]
    assert list(learned.routes()) == []
    assert learned.wanted() == {B, C}
    assert learned.without_bfd() == {C}
    announce(learned, P1, B)
    learned.swept()
    assert learned.wanted() == {B}
    assert learned.without_bfd() == set()


def test_forgetting_one_family_leaves_the_other():
    learned = Learned()
    v6 = ip_network("2001:db8:1::/48")
    announce(learned, P1, B)
    announce(learned, v6, ip_address("2001:db8::2"))
    assert [tuple(run) for _, run in learned.forget_routes(6)] == [(v6,)]
    assert [one.prefix for one in learned.routes()] == [P1]


def test_a_new_word_about_a_member_overrides_what_the_session_before_said():
    learned = Learned()
    learned.node(B, NO_BFD)
    learned.forget_nodes()
    learned.node(B, 0)
    assert learned.without_bfd() == set()


steps = st.lists(
    st.tuples(
        st.sampled_from(["announce", "withdraw", "node", "node-gone"]), st.integers(0, 3), st.integers(0, 2)
    ),
    max_size=40,
)


@given(steps)
def test_wants_are_exactly_what_routes_and_nodes_name(happened):
    """Against the definition, whatever comes in whatever order."""
    learned = Learned()
    for what, number, hop in happened:
        prefix, address = ip_network(f"192.0.{number}.0/24"), ip_address(f"198.51.100.{hop}")
        match what:
            case "announce":
                announce(learned, prefix, address)
            case "withdraw":
                withdraw(learned, prefix)
            case "node":
                learned.node(address, 0)
            case _:
                learned.node_gone(address)
        uses = Counter(one.next_hop for one in learned.routes()) + Counter(learned.nodes().keys())
        assert learned.wanted() == set(uses)
