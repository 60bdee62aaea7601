# SPDX-License-Identifier: Apache-2.0
"""Packets received and sent by a Python program, against the same loop in C."""
