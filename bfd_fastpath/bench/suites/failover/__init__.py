# SPDX-License-Identifier: Apache-2.0
"""From Down to the first packet on the backup next hop."""
