/* SPDX-License-Identifier: Apache-2.0 */
/* What the benches call: see core_driver.c. Plain declarations that cffi parses. */
#ifndef CORE_DRIVER_H
#define CORE_DRIVER_H
#include <stdint.h>

struct bench;

/* sessions that are Up at 50 ms x 3, and hellos (a power of two) for them in shuffled order; NULL without memory. */
struct bench *bench_create(uint32_t sessions, uint32_t hellos);
void bench_destroy(struct bench *bench);
/* How many sessions are Up. */
uint32_t bench_up(const struct bench *bench);
/* Each returns how many of count hellos were accepted, or stamped. */
uint32_t bench_receive(struct bench *bench, uint32_t count);
uint32_t bench_index_only(struct bench *bench, uint32_t count);
/* Arm one timer a session within the next 50 ms. */
void bench_wheel_fill(struct bench *bench);
/* Fire and re-arm at least count timers; returns how many. */
uint64_t bench_wheel_turn(struct bench *bench, uint64_t count);
/* Build at least count timed hellos; returns how many were built since the bench was created. */
uint64_t bench_transmit(struct bench *bench, uint64_t count);
/* Frames of hellos, IPv4 and IPv6 in turn and tagged, from the link header to all checks that need no session; returns how many
 * of count were accepted. */
uint32_t bench_walk(uint32_t count);

#endif
