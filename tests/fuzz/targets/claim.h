/* SPDX-License-Identifier: Apache-2.0 */
/* One claim about the code under test; the message stands in the fuzzer's report. */
#ifndef CLAIM_H
#define CLAIM_H
#include <stdio.h>
#include <stdlib.h>

#define CLAIM(condition)                                                                        \
	do {                                                                                    \
		if (!(condition)) {                                                             \
			fprintf(stderr, "%s:%d: not so: %s\n", __FILE__, __LINE__, #condition); \
			abort();                                                                \
		}                                                                               \
	} while (0)

#endif
