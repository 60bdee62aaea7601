# SPDX-License-Identifier: Apache-2.0
"""A whole exchange on one machine, in virtual time: members with the real control plane, the embedded route
server, and the BFD core over simulated links that are broken by pattern."""
