# SPDX-License-Identifier: Apache-2.0
"""The far end of sessions that are held: in the process of the engine, or on another machine, by lines of
JSON over TCP.
"""
