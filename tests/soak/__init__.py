# SPDX-License-Identifier: Apache-2.0
"""Virtual-time soak of BFD: see docs/soak.md."""
