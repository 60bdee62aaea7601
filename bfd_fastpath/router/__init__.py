# SPDX-License-Identifier: Apache-2.0
"""One running client router: engine, sessions, next hops, reporter and BGP speakers, wired. It starts no
process and no loop."""
