/* SPDX-License-Identifier: Apache-2.0 */
/* When silence means something (RFC 5880 6.8.4), and how much longer a worker that was late may wait. */
#include "referee_parts.h"

void note_deferral(struct referee *r)
{
	uint64_t most = referee_detection_us(r) * 1000, by = r->gap_ns + (uint64_t)hearing_us(r) * 1000;

	if (r->gap_ns != 0 && r->allowed_ns < (by < most ? by : most))
		r->allowed_ns = by < most ? by : most;
}

uint64_t detection_ns(const struct referee *r)
{
	uint64_t us = referee_detection_us(r), from = r->heard_ns;

	if (r->demanding && !r->poll_out)
		return UINT64_MAX;
	if (r->demanding)
		from = r->poll_ns > r->demand_begin_ns ? r->poll_ns : r->demand_begin_ns;
	else if (r->demand_end_ns > from)
		from = r->demand_end_ns;
	return from + us * 1000;
}
