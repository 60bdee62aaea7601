# SPDX-License-Identifier: Apache-2.0
"""What a route server takes from a link that a client lost to the last UPDATE that the client gets for it."""
