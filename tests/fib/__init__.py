# SPDX-License-Identifier: Apache-2.0
"""The FIB in C, compiled for these tests alone and compared with a dictionary."""
