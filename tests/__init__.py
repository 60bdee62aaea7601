# SPDX-License-Identifier: Apache-2.0
"""The tests. This is the only package marker that they need: folders below are found without one of their own."""
