# SPDX-License-Identifier: Apache-2.0
"""Rates for people."""


def rate(value: float) -> str:
    """Operations a second: '61.2 M', '333 k'."""
    for scale, unit in ((1e6, " M"), (1e3, " k")):
        if value >= scale:
            return f"{value / scale:.3g}{unit}"
    return f"{value:.3g}"
