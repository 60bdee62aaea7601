# SPDX-License-Identifier: Apache-2.0
"""FRR's bfdd, BIRD and our engine in turn on one core, the same far end on the other: its peers fall silent,
and the cable tells when a Down packet comes. It reports, and nothing here is a test.
"""
