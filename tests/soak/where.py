# SPDX-License-Identifier: Apache-2.0
"""The scripts that are kept, in the order of their names."""

from pathlib import Path

SCRIPTS = tuple(sorted((Path(__file__).parent / "scripts").glob("*.toml")))
