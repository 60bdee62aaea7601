/* SPDX-License-Identifier: Apache-2.0 */
/* The DPDK log stream: passed on to stderr, or kept while a call records it. */
#include <pthread.h>
#include <stdio.h>
#include <string.h>
#include <rte_log.h>
#include "io/log.h"

/* The stream is a property of the process, as EAL is; it is never closed, since any DPDK thread may be writing to it. */
static pthread_mutex_t recording_lock = PTHREAD_MUTEX_INITIALIZER;
static pthread_mutex_t text_lock = PTHREAD_MUTEX_INITIALIZER;
static char text[8192];
static size_t text_length;
static bool recording;
static FILE *stream;

static void keep(const char *data, size_t size)
{
	if (size >= sizeof(text)) {
		data += size - (sizeof(text) - 1);
		size = sizeof(text) - 1;
	}
	if (text_length + size >= sizeof(text)) {
		size_t excess = text_length + size - (sizeof(text) - 1);

		memmove(text, text + excess, text_length - excess);
		text_length -= excess;
	}
	memcpy(text + text_length, data, size);
	text_length += size;
}

static ssize_t stream_write(void *cookie, const char *data, size_t size)
{
	(void)cookie;
	pthread_mutex_lock(&text_lock);
	if (recording)
		keep(data, size);
	else
		fwrite(data, 1, size, stderr);
	pthread_mutex_unlock(&text_lock);
	return (ssize_t)size;
}

void log_install(void)
{
	cookie_io_functions_t functions = {.write = stream_write};

	if (stream != NULL)
		return;
	stream = fopencookie(NULL, "w", functions);
	if (stream == NULL)
		return;
	setvbuf(stream, NULL, _IOLBF, 512);
	rte_openlog_stream(stream);
}

void log_record_begin(void)
{
	pthread_mutex_lock(&recording_lock);
	pthread_mutex_lock(&text_lock);
	text_length = 0;
	recording = true;
	pthread_mutex_unlock(&text_lock);
}

/* A complaint is any line that is not one of EAL's notices about what it found. */
static bool is_notice(const char *line)
{
	static const char *const notices[] = {"EAL: Detected",     "EAL: Multi-process", "EAL: Selected IOVA",
					      "EAL: VFIO support", "TELEMETRY:",         "EAL: Static memory layout",
					      "EAL: No free"};

	for (size_t i = 0; i < sizeof(notices) / sizeof(notices[0]); i++)
		if (strncmp(line, notices[i], strlen(notices[i])) == 0)
			return true;
	return line[0] == '\0';
}

static void summarise(char *reason, size_t size)
{
	const char *lines[3];
	size_t kept = 0, used = 0;
	char *rest = text, *line;

	while ((line = strsep(&rest, "\n")) != NULL) {
		if (is_notice(line))
			continue;
		if (kept == 3) {
			lines[0] = lines[1];
			lines[1] = lines[2];
			kept = 2;
		}
		lines[kept++] = line;
	}
	reason[0] = '\0';
	for (size_t i = 0; i < kept && used < size; i++) {
		int written = snprintf(reason + used, size - used, "%s%s", i ? "; " : "", lines[i]);

		used += written > 0 ? (size_t)written : 0;
	}
}

void log_record_end(char *reason, size_t size, bool show)
{
	if (stream != NULL)
		fflush(stream);
	pthread_mutex_lock(&text_lock);
	recording = false;
	text[text_length] = '\0';
	if (show)
		fwrite(text, 1, text_length, stderr);
	if (size > 0)
		summarise(reason, size);
	pthread_mutex_unlock(&text_lock);
	pthread_mutex_unlock(&recording_lock);
}
