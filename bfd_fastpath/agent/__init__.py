# SPDX-License-Identifier: Apache-2.0
"""rs-agent: beside an exchange's own route server it hears from each client which next hops that client has
lost, and makes the route server leave out those routes, for that client alone."""
