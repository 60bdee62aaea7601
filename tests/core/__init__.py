# SPDX-License-Identifier: Apache-2.0
"""The C core, compiled for these tests alone and compared with the oracle and with the rows of RFC 5880's checklist."""
