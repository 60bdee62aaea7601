# SPDX-License-Identifier: Apache-2.0
"""The asyncio side: sockets, timers and event pumps round the rooms that have no I/O of their own."""
