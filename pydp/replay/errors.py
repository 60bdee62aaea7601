# SPDX-License-Identifier: Apache-2.0
"""What a replay raises. A fault inside a file that could be read in part is no exception: it stands in the
story (`Story.fault`).
"""

from pydp.errors import PydpError


class ReplayError(PydpError):
    """Nothing of a capture could be read: no such file, a compression that is not undone here, not a capture.
    One sentence that says what to do.
    """
