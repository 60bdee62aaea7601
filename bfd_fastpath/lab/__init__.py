# SPDX-License-Identifier: Apache-2.0
"""The demo: two client routers and a route server, a cable between the routers that is cut and mended, and a
judge."""
