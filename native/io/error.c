/* SPDX-License-Identifier: Apache-2.0 */
/* The thread's last error sentence. */
#include <stdarg.h>
#include <stdio.h>
#include "io/error.h"

static _Thread_local char sentence[512];

int error_set(int status, const char *format, ...)
{
	va_list arguments;

	va_start(arguments, format);
	vsnprintf(sentence, sizeof(sentence), format, arguments);
	va_end(arguments);
	return status;
}

const char *error_last(void)
{
	return sentence;
}
