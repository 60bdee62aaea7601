# SPDX-License-Identifier: Apache-2.0
"""Load against sessions held, on one core and one receive queue."""
