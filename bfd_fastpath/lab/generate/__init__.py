# SPDX-License-Identifier: Apache-2.0
"""The far end as a tool: what `bfd-fastpath generate` was asked for, its run, and what is said of it."""
