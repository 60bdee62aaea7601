# SPDX-License-Identifier: Apache-2.0
"""From Down to the octets at a route server: a whole router, whose sessions a route server asked for."""
