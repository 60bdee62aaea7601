/* SPDX-License-Identifier: Apache-2.0 */
#include <string.h>
#include "nlri.h"

enum { PATH_ID = 4 };

enum nlri_result nlri_next(struct nlri *nlri, uint8_t prefix[16], uint8_t *length)
{
	size_t left = nlri->size - nlri->at, head = nlri->add_path ? PATH_ID + 1 : 1, octets;
	const uint8_t *from = nlri->octets + nlri->at;

	if (left == 0)
		return NLRI_END;
	if (left < head)
		return NLRI_CUT_OFF;
	*length = from[head - 1];
	if (*length > nlri->bits)
		return NLRI_TOO_LONG;
	octets = (*length + 7u) / 8;
	if (left - head < octets)
		return NLRI_CUT_OFF;
	memset(prefix, 0, 16);
	memcpy(prefix, from + head, octets);
	nlri->at += head + octets;
	return NLRI_PREFIX;
}
