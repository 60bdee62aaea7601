# SPDX-License-Identifier: Apache-2.0
"""Forwarding from a kernel's interface back to it, by our engine beside the kernel itself."""
