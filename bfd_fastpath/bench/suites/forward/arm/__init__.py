# SPDX-License-Identifier: Apache-2.0
"""Forwarding by one arm on two ports that are cabled to each other: who takes part owns the one for its
window, our generator the other.
"""
