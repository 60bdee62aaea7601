/* SPDX-License-Identifier: Apache-2.0 */
/* The rig's parts. */
#include "rig.h"

int run_cases(int argc, char **argv, const struct test_case *cases, size_t count)
{
	const char *eal[] = {"rig", "--no-huge", "--no-shconf", "--no-pci", "-m", "512"};

	for (size_t i = 0; i < count; i++) {
		if (argc < 2) {
			puts(cases[i].name);
		} else if (strcmp(argv[1], cases[i].name) == 0) {
			OK(pydp_eal_init(6, eal));
			cases[i].run();
			OK(pydp_eal_cleanup());
			return 0;
		}
	}
	return argc < 2 ? 0 : 2;
}

struct pydp_address address4(uint8_t a, uint8_t b, uint8_t c, uint8_t d)
{
	return (struct pydp_address){{a, b, c, d}, 4, {0}};
}

struct pydp_address address6(uint16_t host)
{
	return (struct pydp_address){{0x20, 0x01, 0x0d, 0xb8, [14] = (uint8_t)(host >> 8), [15] = (uint8_t)host}, 6, {0}};
}

static void make_side(struct side *side, const char *name, const struct rig_options *options, uint8_t host, uint8_t peer)
{
	struct pydp_engine_config config = {
		.name = name, .max_sessions = options->max_sessions, .event_capacity = options->event_capacity, .seed = host};

	OK(pydp_engine_create(&config, &side->engine));
	OK(pydp_engine_attach(side->engine, side->port, &side->index));
	side->session = (struct pydp_session_config){
		.source = options->family == 6 ? address6(host) : address4(192, 0, 2, host),
		.destination = options->family == 6 ? address6(peer) : address4(192, 0, 2, peer),
		.port = side->index,
		.vlan = options->vlan,
		.local_multiplier = options->multiplier ? options->multiplier : 3,
		.tx_ttl = 255,
		.desired_min_tx_us = options->interval_us ? options->interval_us : 50000,
		.required_min_rx_us = options->interval_us ? options->interval_us : 50000,
	};
	OK(pydp_engine_address_add(side->engine, side->index, options->vlan, &side->session.source, 24));
	OK(pydp_session_upsert(side->engine, &side->session, &side->id));
}

struct rig rig_make(struct rig_options options)
{
	struct pydp_link_config link = {.name = "cable", .capacity = options.capacity, .ethdev = options.ethdev};
	struct rig rig = {.now = START};

	OK(pydp_link_create(&link, &rig.left.port, &rig.right.port));
	make_side(&rig.left, "left", &options, 1, 2);
	make_side(&rig.right, "right", &options, 2, 1);
	return rig;
}

void rig_break(struct rig *rig)
{
	OK(pydp_engine_destroy(rig->left.engine));
	OK(pydp_engine_destroy(rig->right.engine));
	OK(pydp_port_close(rig->left.port));
	OK(pydp_port_close(rig->right.port));
}

void rig_run(struct rig *rig, uint64_t duration_ns)
{
	uint64_t end = rig->now + duration_ns;

	while (rig->now < end) {
		rig->now = rig->now + MS < end ? rig->now + MS : end;
		OK(pydp_engine_step(rig->left.engine, rig->now, NULL));
		OK(pydp_engine_step(rig->right.engine, rig->now, NULL));
	}
}

struct pydp_session_state rig_read(const struct side *side)
{
	struct pydp_session_state state;

	OK(pydp_session_read(side->engine, side->id, &state));
	return state;
}

void rig_until(struct rig *rig, uint8_t state)
{
	uint64_t end = rig->now + 10 * SECOND;

	while (rig_read(&rig->left).local_state != state || rig_read(&rig->right).local_state != state) {
		CHECK(rig->now < end, "left is %u and right is %u, not %u", rig_read(&rig->left).local_state,
		      rig_read(&rig->right).local_state, state);
		rig_run(rig, MS);
	}
}

uint64_t counter(pydp_engine_t *engine, uint32_t port, const char *name)
{
	uint64_t values[256];

	OK(pydp_engine_counters(engine, port, values, 256));
	for (uint32_t i = 0; i < pydp_counter_count(); i++)
		if (strcmp(pydp_counter_name(i), name) == 0)
			return values[i];
	fprintf(stderr, "there is no counter %s\n", name);
	exit(1);
}

struct pydp_event rig_event(struct side *side, uint8_t type)
{
	struct pydp_event event;
	uint32_t count;

	do {
		OK(pydp_event_drain(side->engine, &event, 1, &count));
		CHECK(count == 1, "there is no event of type %u", type);
	} while (event.type != type);
	return event;
}
