# SPDX-License-Identifier: Apache-2.0
"""Why some rows cannot be seen in packets, where several share the reason."""

IN_CONFIGURATION = (
    "how a key may be typed is no matter of packets: it is tested at the configuration (docs/conformance.md)"
)
