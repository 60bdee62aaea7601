/* SPDX-License-Identifier: Apache-2.0 */
/* What the C tests of the engine stand on: named cases, a check that can fail, and two stepped engines on a cable. */
#ifndef RIG_H
#define RIG_H
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <pydp/pydp.h>

#define MS     UINT64_C(1000000)
#define SECOND UINT64_C(1000000000)
#define START  (100 * SECOND)

#define CHECK(condition, ...)                                                                   \
	do {                                                                                    \
		if (!(condition)) {                                                             \
			fprintf(stderr, "%s:%d: not so: %s: ", __FILE__, __LINE__, #condition); \
			fprintf(stderr, __VA_ARGS__);                                           \
			fprintf(stderr, "\n");                                                  \
			exit(1);                                                                \
		}                                                                               \
	} while (0)
#define OK(call)                                                                                   \
	do {                                                                                       \
		int status_ = (call);                                                              \
		CHECK(status_ == PYDP_OK, "%s: %s", pydp_status_name(status_), pydp_last_error()); \
	} while (0)

struct test_case {
	const char *name;
	void (*run)(void);
};
/* Runs the case that argv[1] names, after EAL; without one, prints the names. */
int run_cases(int argc, char **argv, const struct test_case *cases, size_t count);
#define RUN_CASES(argc, argv, cases) run_cases(argc, argv, cases, sizeof(cases) / sizeof((cases)[0]))

struct side {
	pydp_engine_t *engine;
	pydp_port_t *port;
	uint32_t index;
	uint32_t id;
	struct pydp_session_config session;
};

struct rig {
	struct side left, right;
	uint64_t now;
};

struct rig_options {
	uint8_t family; /* 0: 4 */
	uint16_t vlan;
	uint8_t ethdev;
	uint32_t capacity;
	uint32_t interval_us; /* 0: 50000 */
	uint8_t multiplier;   /* 0: 3 */
	uint32_t max_sessions;
	uint32_t event_capacity;
};

struct pydp_address address4(uint8_t a, uint8_t b, uint8_t c, uint8_t d);
struct pydp_address address6(uint16_t host);

/* Two engines with a session each, nothing stepped yet. */
struct rig rig_make(struct rig_options options);
void rig_break(struct rig *rig);
/* Steps both engines, a millisecond at a time, for so long. */
void rig_run(struct rig *rig, uint64_t duration_ns);
/* Until both sessions are in the state, for at most ten seconds. */
void rig_until(struct rig *rig, uint8_t state);
struct pydp_session_state rig_read(const struct side *side);
uint64_t counter(pydp_engine_t *engine, uint32_t port, const char *name);
/* The next event of a type; fails when there is none. */
struct pydp_event rig_event(struct side *side, uint8_t type);

#endif
