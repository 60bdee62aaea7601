# SPDX-License-Identifier: Apache-2.0
"""The longest prefix match held against DPDK's own: compiled and run as a program with an EAL of its own."""
