# SPDX-License-Identifier: Apache-2.0
"""Forwarding on one core against DPDK's l3fwd and testpmd, on the same ports and packets."""
