/* SPDX-License-Identifier: Apache-2.0 */
/* Captures at the border. */
#include "api/check.h"
#include "io/capture.h"
#include "io/eal.h"

enum { SNAP_MOST = 65535 };

int pydp_capture_create(const char *name, uint32_t capacity, uint32_t snap_length, pydp_capture_t **capture)
{
	int result = eal_require();

	CHECK_POINTER(capture);
	if (result == PYDP_OK)
		result = check_name(name, "a capture");
	if (result != PYDP_OK)
		return result;
	CHECK(capacity >= 2 && (capacity & (capacity - 1)) == 0 && capacity <= 1u << 20,
	      "capture %s: capacity %u is not a power of two from 2 to 1048576", name, capacity);
	CHECK(snap_length <= SNAP_MOST, "capture %s: snap_length %u exceeds %u", name, snap_length, SNAP_MOST);
	result = capture_create(capacity, snap_length, capture);
	if (result == PYDP_OK)
		eal_object_born();
	return result;
}

int pydp_capture_add(pydp_capture_t *capture, pydp_port_t *port, uint32_t number, uint32_t directions)
{
	CHECK_POINTER(capture);
	CHECK_POINTER(port);
	CHECK(directions != 0 && (directions & ~(uint32_t)(PYDP_RECEIVED | PYDP_SENT)) == 0,
	      "directions %u are not PYDP_RECEIVED, PYDP_SENT or both", directions);
	return capture_add(capture, port, number, directions);
}

int pydp_capture_read(pydp_capture_t *capture, struct pydp_capture_record *record, uint8_t *data, uint32_t size)
{
	CHECK_POINTER(capture);
	CHECK_POINTER(record);
	CHECK(data != NULL || size == 0, "data is NULL and size is not 0");
	return capture_read(capture, record, data, size);
}

int pydp_capture_lost(const pydp_capture_t *capture, uint64_t *lost)
{
	CHECK_POINTER(capture);
	CHECK_POINTER(lost);
	*lost = capture_lost(capture);
	return PYDP_OK;
}

int pydp_capture_destroy(pydp_capture_t *capture)
{
	CHECK_POINTER(capture);
	capture_destroy(capture);
	eal_object_gone();
	return PYDP_OK;
}
