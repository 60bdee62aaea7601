# SPDX-License-Identifier: Apache-2.0
"""Benches of whole parts, beside their peers in the same run: they report, and nothing here passes or
fails by time.
"""
