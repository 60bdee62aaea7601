# SPDX-License-Identifier: Apache-2.0
"""The process round one router: files, signals, logs, EAL and the control socket. What a router does is
router's."""
