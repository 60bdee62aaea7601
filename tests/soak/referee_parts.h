/* SPDX-License-Identifier: Apache-2.0 */
/* Between the referee's files. */
#ifndef SOAK_REFEREE_PARTS_H
#define SOAK_REFEREE_PARTS_H
#include "referee.h"

enum { SLOW_US = 1000000 }; /* DesiredMinTx is no less while not Up (6.8.3) */

enum saying { ON_TIME, EARLY, FINAL };

/* What is told after an input is made from the difference to what was before it. */
struct before {
	uint64_t detection_us, interval_us;
	uint32_t remote, tx_us, rx_us;
	uint8_t state, remote_state, nexthop;
	bool speaks;
};

/* referee.c */
/* Keeps the first complaint. Returns false, so that checks can be chained. */
bool complain(struct referee *r, const char *rule, const char *text, ...) __attribute__((format(printf, 3, 4)));
uint32_t desired_us(const struct referee *r);
uint32_t hearing_us(const struct referee *r);
uint64_t interval_us(const struct referee *r);
bool may_speak(const struct referee *r);
bool speaks_on(const struct referee *r);
void want_poll(struct referee *r);
bool polling(const struct referee *r);
void put_in_force(struct referee *r);
bool move(struct referee *r, uint8_t state);
bool both_up(const struct referee *r);

/* referee_silence.c */
/* Law 5: packets were lost here, and none of this session came since. */
void note_deferral(struct referee *r);
/* When the detection time runs out. Demand mode waits for nothing but answers, and from its end on silence counts. */
uint64_t detection_ns(const struct referee *r);

/* referee_demand.c */
/* What packets say (6.8.17). */
uint8_t said_diagnostic(const struct referee *r);
/* Where nothing periodic tells the peer that packets say something else, a Poll has to (6.6). */
void content_changed(struct referee *r);
/* After anything that may have begun or ended Demand mode. */
void settle_demand(struct referee *r);
void demand_ends(struct referee *r);
/* Whether it may begin a Poll because Demand mode asks by itself; and that it did. */
bool may_ask(const struct referee *r);
void ask(struct referee *r);
/* After the timers ran. */
void check_asking(struct referee *r);

/* referee_auth.c */
bool signs(const struct referee *r);
/* Octets of the packets that it says. */
uint8_t said_length(const struct referee *r);
/* Before the wanted keys are others. */
void change_keys(struct referee *r, const struct wanted *wanted);
/* Whether a packet that counts otherwise is one of the peer; what it proves is kept. */
bool authentic(struct referee *r, const struct payload *payload, const struct hello *hello);
void check_section(struct referee *r, const struct payload *payload);
/* A complaint of a step in which such a packet came is of what that did. */
void blame_refused(struct referee *r);

/* referee_orders.c */
bool obey_configure(struct referee *r, const struct wanted *wanted);
bool obey_remove(struct referee *r);
/* The orders that change nothing of what is wanted. */
bool obey_less(struct referee *r, uint32_t order);

/* referee_snapshot.c */
void compare_snapshot(struct referee *r, const struct snapshot *now);

/* referee_saying.c */
void check_saying(struct referee *r, const struct payload *payload, enum saying kind);
/* Whether something periodic was due and not said. */
void check_silence(struct referee *r);

/* referee_telling.c */
struct before remember(const struct referee *r);
/* A changed interval counts from now on. */
void note_pace(struct referee *r, const struct before *before);
void expect_telling(struct referee *r, const struct before *before);
void expect_removed(struct referee *r);

#endif
