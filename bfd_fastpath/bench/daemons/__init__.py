# SPDX-License-Identifier: Apache-2.0
"""Routing daemons on loopback, each with a configuration of a few lines: peers of the benches and of
the tests.
"""
