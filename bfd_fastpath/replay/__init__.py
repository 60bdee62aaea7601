# SPDX-License-Identifier: Apache-2.0
"""What to do with a capture that pydp.replay has read: tell it, draw it, judge it with other timers, be one
of its ends.
"""
