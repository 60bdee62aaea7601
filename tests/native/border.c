/* SPDX-License-Identifier: Apache-2.0 */
/* The border: wrong arguments, wrong moments, and the parts that have no engine: pools, bursts, rings, captures. */
#include <unistd.h>
#include "rig.h"

#define REFUSED(status, word, call)                                                                                          \
	do {                                                                                                                 \
		int got_ = (call);                                                                                           \
		CHECK(got_ == (status), "%s, and not %s", pydp_status_name(got_), pydp_status_name(status));                 \
		CHECK(strstr(pydp_last_error(), word) != NULL, "the sentence does not say %s: %s", word, pydp_last_error()); \
	} while (0)

static void wrong_arguments_are_refused_with_a_sentence(void)
{
	struct rig rig = rig_make((struct rig_options){0});
	struct pydp_session_config wrong = rig.left.session;
	struct pydp_address none = {{0}, 4, {0}}, group = address4(224, 0, 0, 1), fine = address4(10, 0, 0, 1);
	struct pydp_session_state state;
	pydp_engine_t *engine;
	pydp_port_t *a, *b;
	uint64_t few[1];
	uint32_t n;

	REFUSED(PYDP_E_INVAL, "engine is NULL", pydp_engine_stop(NULL));
	REFUSED(PYDP_E_INVAL, "1 to 20 characters", pydp_engine_create(&(struct pydp_engine_config){.name = ""}, &engine));
	REFUSED(PYDP_E_INVAL, "1 to 20 characters",
		pydp_engine_create(&(struct pydp_engine_config){.name = "a name that is far too long"}, &engine));
	REFUSED(PYDP_E_INVAL, "max_sessions",
		pydp_engine_create(&(struct pydp_engine_config){.name = "x", .max_sessions = 1u << 21}, &engine));
	REFUSED(PYDP_E_EXIST, "left", pydp_engine_create(&(struct pydp_engine_config){.name = "left"}, &engine));
	REFUSED(PYDP_E_INVAL, "power of two",
		pydp_link_create(&(struct pydp_link_config){.name = "x", .capacity = 100}, &a, &b));
	REFUSED(PYDP_E_INVAL, "devargs", pydp_port_open(&(struct pydp_port_config){0}, &a));
	REFUSED(PYDP_E_INVAL, "unspecified", pydp_engine_address_add(rig.left.engine, 0, 0, &none, 24));
	REFUSED(PYDP_E_INVAL, "multicast", pydp_engine_address_add(rig.left.engine, 0, 0, &group, 24));
	REFUSED(PYDP_E_INVAL, "prefix_length", pydp_engine_address_add(rig.left.engine, 0, 0, &fine, 33));
	REFUSED(PYDP_E_INVAL, "VLAN 4095", pydp_engine_address_add(rig.left.engine, 0, 4095, &fine, 24));
	REFUSED(PYDP_E_INVAL, "port 5", pydp_engine_address_add(rig.left.engine, 5, 0, &fine, 24));
	REFUSED(PYDP_E_BUSY, "1 sessions", pydp_engine_address_remove(rig.left.engine, 0, 0, &rig.left.session.source));
	wrong.local_multiplier = 0;
	REFUSED(PYDP_E_INVAL, "local_multiplier", pydp_session_upsert(rig.left.engine, &wrong, NULL));
	wrong = rig.left.session;
	wrong.desired_min_tx_us = 0;
	REFUSED(PYDP_E_INVAL, "desired_min_tx_us", pydp_session_upsert(rig.left.engine, &wrong, NULL));
	wrong = rig.left.session;
	wrong.destination = address6(2);
	REFUSED(PYDP_E_INVAL, "IPv6", pydp_session_upsert(rig.left.engine, &wrong, NULL));
	wrong.destination = wrong.source;
	REFUSED(PYDP_E_INVAL, "our own", pydp_session_upsert(rig.left.engine, &wrong, NULL));
	wrong.port = 9;
	REFUSED(PYDP_E_INVAL, "port 9", pydp_session_upsert(rig.left.engine, &wrong, NULL));
	REFUSED(PYDP_E_NOENT, "id 12345", pydp_session_read(rig.left.engine, 12345, &state));
	REFUSED(PYDP_E_NOENT, "id 0", pydp_session_remove(rig.left.engine, 0, 0));
	REFUSED(PYDP_E_NOENT, "4294967295", pydp_session_read(rig.left.engine, UINT32_MAX, &state));
	REFUSED(PYDP_E_INVAL, "capacity 1", pydp_engine_counters(rig.left.engine, 0, few, 1));
	REFUSED(PYDP_E_BUSY, "attached", pydp_port_close(rig.left.port));
	REFUSED(PYDP_E_BUSY, "already", pydp_engine_attach(rig.right.engine, rig.left.port, &n));
	REFUSED(PYDP_E_INVAL, "time", pydp_engine_step(rig.left.engine, 0, NULL));
	REFUSED(PYDP_E_BUSY, "exist", pydp_eal_cleanup());
	REFUSED(PYDP_E_EXIST, "once", pydp_eal_init(1, (const char *[]){"again"}));
	rig_break(&rig);
}

static void a_port_that_does_not_probe_says_why(void)
{
	pydp_port_t *port;

	REFUSED(PYDP_E_DRIVER, "net_nonsense0", pydp_port_open(&(struct pydp_port_config){.devargs = "net_nonsense0"}, &port));
	REFUSED(PYDP_E_DRIVER, "net_af_packet0",
		pydp_port_open(&(struct pydp_port_config){.devargs = "net_af_packet0,iface=nothing99"}, &port));
	CHECK(strstr(pydp_last_error(), "nothing99") != NULL || strstr(pydp_last_error(), "PMD") != NULL || geteuid() != 0,
	      "DPDK's reason is missing: %s", pydp_last_error());
}

static void a_device_opens_closes_and_opens_again(void)
{
	struct pydp_port_config config = {.devargs = "net_null0,size=60"};
	struct pydp_port_info info;
	pydp_port_t *port, *other;
	pydp_burst_t *burst;
	uint32_t count;

	OK(pydp_burst_create(32, &burst));
	for (int i = 0; i < 3; i++) {
		OK(pydp_port_open(&config, &port));
		OK(pydp_port_info(port, &info));
		CHECK(strcmp(info.name, "net_null0") == 0 && strcmp(info.driver, "net_null") == 0, "%s, %s", info.name,
		      info.driver);
		CHECK(pydp_port_count() == 1, "%d ethdevs", pydp_port_count());
		REFUSED(PYDP_E_BUSY, "open already", pydp_port_open(&config, &other));
		OK(pydp_burst_receive(burst, port, &count));
		CHECK(count == 32, "%u packets", count);
		REFUSED(PYDP_E_STATE, "clear", pydp_burst_receive(burst, port, &count));
		OK(pydp_burst_transmit(burst, port, &count));
		CHECK(count == 32 && pydp_burst_length(burst) == 0, "%u sent", count);
		OK(pydp_burst_receive(burst, port, &count));
		/* the burst outlives the port and its pool */
		OK(pydp_port_close(port));
		CHECK(pydp_port_count() == 0, "%d ethdevs", pydp_port_count());
		OK(pydp_burst_clear(burst));
	}
	OK(pydp_burst_destroy(burst));
}

static void packets_pass_through_rings_and_columns(void)
{
	static const uint8_t frame[66] = {
		1,  2,          3, 4, 5, 6,   7, 8, 9, 10,   11,   12,   0x81, 0, 0, 5, 8, 0, 0x45, [20 + 6] = 200,
		17, [30] = 192, 0, 2, 1, 192, 0, 2, 2, 0x12, 0x34, 0x0e, 0xc8};
	pydp_mempool_t *pool;
	pydp_burst_t *burst;
	pydp_ring_t *ring;
	uint32_t moved, available, in_use, lengths[8];
	uint16_t types[8], vlans[8], to[8];
	uint8_t versions[8], ttls[8], sources[8][16], *data;
	struct pydp_columns columns = {.length = lengths,
				       .ether_type = types,
				       .vlan = vlans,
				       .ip_version = versions,
				       .ttl = ttls,
				       .source = sources,
				       .destination_port = to};

	OK(pydp_mempool_create("pool", 15, 0, &pool));
	OK(pydp_burst_create(8, &burst));
	OK(pydp_ring_create("ring", 4, &ring));
	for (int i = 0; i < 8; i++)
		OK(pydp_burst_append(burst, pool, frame, sizeof(frame) - (i == 7 ? 60 : 0)));
	REFUSED(PYDP_E_NOMEM, "full", pydp_burst_append(burst, pool, frame, sizeof(frame)));
	OK(pydp_burst_gather(burst, &columns));
	CHECK(lengths[0] == 66 && types[0] == 0x0800 && vlans[0] == 5 && versions[0] == 4 && ttls[0] == 200, "TTL %u", ttls[0]);
	CHECK(memcmp(sources[0], (uint8_t[16]){192, 0, 2, 1}, 16) == 0 && to[0] == 3784, "port %u", to[0]);
	CHECK(lengths[7] == 6 && types[7] == 0 && versions[7] == 0, "a stump has fields");
	OK(pydp_ring_enqueue(ring, burst, &moved));
	CHECK(moved == 4 && pydp_burst_length(burst) == 4 && pydp_ring_count(ring) == 4, "%u moved", moved);
	OK(pydp_burst_data(burst, 3, &data, &moved));
	CHECK(moved == 6, "the front left, not the back");
	OK(pydp_burst_clear(burst));
	REFUSED(PYDP_E_NOENT, "index 0", pydp_burst_data(burst, 0, &data, &moved));
	OK(pydp_mempool_usage(pool, &available, &in_use));
	CHECK(available == 11 && in_use == 4, "%u in use", in_use);
	REFUSED(PYDP_E_BUSY, "4 buffers", pydp_mempool_destroy(pool));
	OK(pydp_ring_dequeue(ring, burst, &moved));
	CHECK(moved == 4 && pydp_burst_length(burst) == 4, "%u moved", moved);
	OK(pydp_ring_enqueue(ring, burst, NULL));
	OK(pydp_ring_destroy(ring));
	OK(pydp_burst_destroy(burst));
	OK(pydp_mempool_destroy(pool));
}

static void capture_both_directions(uint8_t ethdev)
{
	struct rig rig = rig_make((struct rig_options){.ethdev = ethdev});
	struct pydp_capture_record record;
	pydp_capture_t *capture;
	uint8_t data[64];
	uint32_t sent = 0, received = 0;
	uint64_t lost, before;

	OK(pydp_capture_create("story", 64, 48, &capture));
	OK(pydp_capture_add(capture, rig.left.port, 7, PYDP_RECEIVED | PYDP_SENT));
	rig_until(&rig, PYDP_BFD_UP);
	while (pydp_capture_read(capture, &record, data, sizeof(data)) == PYDP_OK) {
		CHECK(record.port == 7 && record.captured <= 48 && record.length >= record.captured && record.time_ns != 0,
		      "%u octets", record.captured);
		sent += record.direction == PYDP_SENT;
		received += record.direction == PYDP_RECEIVED;
	}
	CHECK(sent >= 3 && received >= 3, "%u sent, %u received", sent, received);
	OK(pydp_port_cut(rig.left.port, 1));
	before = rig_read(&rig.left).tx_packets;
	rig_run(&rig, SECOND);
	CHECK(rig_read(&rig.left).tx_packets > before, "left fell silent");
	while (pydp_capture_read(capture, &record, data, sizeof(data)) == PYDP_OK)
		CHECK(record.direction == PYDP_RECEIVED, "what a cut drops is not sent");
	rig_run(&rig, 120 * SECOND);
	OK(pydp_capture_lost(capture, &lost));
	CHECK(lost > 0, "64 places held two minutes");
	OK(pydp_capture_destroy(capture));
	rig_run(&rig, SECOND);
	rig_break(&rig);
}

static void a_link_is_captured_in_both_directions(void)
{
	capture_both_directions(0);
}

static void an_ethdev_is_captured_in_both_directions(void)
{
	capture_both_directions(1);
}

static void links_of_ethdevs_end_where_dpdk_does(void)
{
	pydp_port_t *ends[64], *one, *other;
	char name[21];
	int made = 0;

	for (;; made++) {
		struct pydp_link_config link = {.name = name, .ethdev = 1, .capacity = 64};

		snprintf(name, sizeof(name), "wire%d", made);
		if (made == 32 || pydp_link_create(&link, &ends[made * 2], &ends[made * 2 + 1]) != PYDP_OK)
			break;
	}
	CHECK(made == 16, "%d links: %s", made, pydp_last_error());
	OK(pydp_link_create(&(struct pydp_link_config){.name = "one more"}, &one, &other));
	OK(pydp_port_close(one));
	OK(pydp_port_close(other));
	for (int i = 0; i < made * 2; i++)
		OK(pydp_port_close(ends[i]));
	CHECK(pydp_port_count() == 0, "%d ethdevs", pydp_port_count());
}

static void counters_have_names_and_texts(void)
{
	for (uint32_t i = 0; i < pydp_counter_count(); i++) {
		CHECK(pydp_counter_name(i)[0] != '\0' && pydp_counter_text(i)[0] != '\0', "counter %u", i);
		CHECK(pydp_counter_is_drop(i) == (strncmp(pydp_counter_name(i), "drop-", 5) == 0), "%s", pydp_counter_name(i));
	}
	CHECK(strncmp(pydp_dpdk_version(), "DPDK ", 5) == 0 && strchr(pydp_version(), '.') != NULL, "%s", pydp_version());
	CHECK(strcmp(pydp_status_name(PYDP_E_TIMEOUT), "PYDP_E_TIMEOUT") == 0 && pydp_status_name(-99) != NULL, "status names");
}

int main(int argc, char **argv)
{
	static const struct test_case cases[] = {
		{"wrong_arguments_are_refused_with_a_sentence", wrong_arguments_are_refused_with_a_sentence},
		{"a_port_that_does_not_probe_says_why", a_port_that_does_not_probe_says_why},
		{"a_device_opens_closes_and_opens_again", a_device_opens_closes_and_opens_again},
		{"packets_pass_through_rings_and_columns", packets_pass_through_rings_and_columns},
		{"a_link_is_captured_in_both_directions", a_link_is_captured_in_both_directions},
		{"an_ethdev_is_captured_in_both_directions", an_ethdev_is_captured_in_both_directions},
		{"links_of_ethdevs_end_where_dpdk_does", links_of_ethdevs_end_where_dpdk_does},
		{"counters_have_names_and_texts", counters_have_names_and_texts},
	};

	return RUN_CASES(argc, argv, cases);
}
