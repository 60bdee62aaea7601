# SPDX-License-Identifier: Apache-2.0
"""Captures read, watched and judged, beside tshark and scapy."""
