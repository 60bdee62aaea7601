# SPDX-License-Identifier: Apache-2.0
"""The command line. Importing it is cheap: each command imports the rooms it needs when it runs."""
