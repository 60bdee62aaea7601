/* SPDX-License-Identifier: Apache-2.0 */
/* Events at the border. */
#include <pydp/event.h>
#include "api/check.h"
#include "engine/control.h"

enum { UNSOLICITED_MOST = 1000000 };

int pydp_event_fd(pydp_engine_t *engine, int *fd)
{
	CHECK_POINTER(engine);
	CHECK_POINTER(fd);
	*fd = engine->events.fd;
	return PYDP_OK;
}

int pydp_event_arm(pydp_engine_t *engine)
{
	CHECK_POINTER(engine);
	return engine_arm(engine) ? 1 : 0;
}

int pydp_event_drain(pydp_engine_t *engine, struct pydp_event *events, uint32_t capacity, uint32_t *count)
{
	CHECK_POINTER(engine);
	CHECK_POINTER(count);
	CHECK(events != NULL || capacity == 0, "events is NULL and capacity is not 0");
	*count = engine_drain(engine, events, capacity);
	return PYDP_OK;
}

int pydp_event_overflows(pydp_engine_t *engine, uint64_t *count)
{
	CHECK_POINTER(engine);
	CHECK_POINTER(count);
	*count = atomic_load_explicit(&engine->events.overflows, memory_order_relaxed);
	return PYDP_OK;
}

int pydp_unsolicited_tell(pydp_engine_t *engine, uint32_t rate)
{
	struct command command = {.kind = COMMAND_UNSOLICITED_TELL, .cursor = rate};
	struct reply reply;

	CHECK_POINTER(engine);
	CHECK(rate <= UNSOLICITED_MOST, "rate %u exceeds %u a second", rate, UNSOLICITED_MOST);
	return engine_command(engine, &command, &reply);
}
