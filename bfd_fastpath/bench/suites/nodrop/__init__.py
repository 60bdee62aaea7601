# SPDX-License-Identifier: Apache-2.0
"""The highest rate that is forwarded without loss while sessions are held, on any two ports that are cabled
to each other.
"""
