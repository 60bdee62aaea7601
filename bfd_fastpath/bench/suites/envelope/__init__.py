# SPDX-License-Identifier: Apache-2.0
"""How many BFD sessions are held at which interval, and how late a failure is seen: whole engines against far
ends, in real time. It reports, and nothing here is a test.

An engine polls on one core, its far end on the other. Every figure stands beside the poll gaps of both.
"""
