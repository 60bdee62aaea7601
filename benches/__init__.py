# SPDX-License-Identifier: Apache-2.0
"""Micro benches: how fast single parts are. They report; nothing here passes or fails by time."""
