/* SPDX-License-Identifier: Apache-2.0 */
/* Why the last call of this thread failed. The sentence is kept per thread; the status is what the call returns. */
#ifndef IO_ERROR_H
#define IO_ERROR_H
#include <pydp/status.h>

/* Keeps the sentence and returns status, so that a failing call ends with: return error_set(PYDP_E_INVAL, "..."). */
int error_set(int status, const char *format, ...) __attribute__((format(printf, 2, 3)));
const char *error_last(void);

#endif
