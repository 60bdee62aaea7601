# SPDX-License-Identifier: Apache-2.0
"""The embedded route server (RFC 7947): it believes each client about which next hops that client can
reach."""
