# SPDX-License-Identifier: Apache-2.0
"""The embedded route server as a process of its own, for laboratories and tests."""
