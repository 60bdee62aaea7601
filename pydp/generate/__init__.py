# SPDX-License-Identifier: Apache-2.0
"""A far end to test a router with: BFD peers by the hundred thousand and IP flows, sent and checked by a poll
loop of its own. It shares the wire formats with the engine, and nothing of its state machine.

"""

from pydp.generate.flows import IMIX, WIRE_OVERHEAD, Flow, FlowConfig, FlowState, latency_floors
from pydp.generate.generator import Generator, GeneratorWorker
from pydp.generate.peers import PEER_DTYPE, FailurePattern, Peers, PeersConfig, PeersSummary
from pydp.generate.states import Action, counter_names, faults, misbehaviours

__all__ = [
    "IMIX",
    "PEER_DTYPE",
    "WIRE_OVERHEAD",
    "Action",
    "FailurePattern",
    "Flow",
    "FlowConfig",
    "FlowState",
    "Generator",
    "GeneratorWorker",
    "Peers",
    "PeersConfig",
    "PeersSummary",
    "counter_names",
    "faults",
    "latency_floors",
    "misbehaviours",
]
