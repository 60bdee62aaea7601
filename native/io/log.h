/* SPDX-License-Identifier: Apache-2.0 */
/* What DPDK logs. A failed probe or start says its reason only in the log, so the log can be recorded for the time of one
 * call; otherwise it goes to stderr. */
#ifndef IO_LOG_H
#define IO_LOG_H
#include <stdbool.h>
#include <stddef.h>

/* Make DPDK log through here, unless the program has chosen a stream of its own. Control thread. */
void log_install(void);
/* One recording at a time: begin waits for the other. Log lines between begin and end are kept, not printed. */
void log_record_begin(void);
/* Puts the last lines that complain into reason as one line, and prints everything recorded when show is set. */
void log_record_end(char *reason, size_t size, bool show);

#endif
