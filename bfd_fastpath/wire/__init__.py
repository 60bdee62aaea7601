# SPDX-License-Identifier: Apache-2.0
"""Sans-I/O codecs and state machines: no sockets, no clock, no random source."""
