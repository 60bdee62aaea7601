# SPDX-License-Identifier: Apache-2.0
"""How long OpenBGPD and BIRD take to read a configuration for many clients again, through the agent's
drivers."""
