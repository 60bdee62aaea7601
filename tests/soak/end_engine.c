/* SPDX-License-Identifier: Apache-2.0 */
/* The real engine as an end, stepped by hand through the public API: its link's other end is ours, and what we put in there
 * is what its worker finds in the receive queue. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <pydp/pydp.h>
#include "end.h"

enum { BURST = 512, SESSIONS = 64, MULTIHOP = 4784 };

struct engine_end {
	struct end end;
	struct engine_options options;
	char name[20];
	pydp_engine_t *engine;
	pydp_port_t *near, *far;
	pydp_mempool_t *pool;
	pydp_burst_t *burst;
	struct pydp_session_config session;
	uint32_t port, id, generation;
};

static struct pydp_address address_of(const struct place *place)
{
	struct pydp_address address = {.family = place->family};

	memcpy(address.octets, place->address, 16);
	return address;
}

static const char *sentence(int status)
{
	return status == PYDP_OK ? NULL : pydp_last_error();
}

static int start(struct engine_end *e)
{
	struct pydp_address own = address_of(&e->end.place), peer = address_of(&e->end.peer);
	struct pydp_engine_config config = {.name = e->name,
					    .max_sessions = SESSIONS,
					    .max_neighbours = SESSIONS,
					    .event_capacity = e->options.event_capacity,
					    .seed = e->options.seed + e->generation++};
	struct pydp_mac mac;
	int status = pydp_engine_create(&config, &e->engine);

	if (status == PYDP_OK)
		status = pydp_engine_attach(e->engine, e->near, &e->port);
	if (status == PYDP_OK)
		status = pydp_engine_address_add(e->engine, e->port, 0, &own, own.family == 4 ? 24 : 64);
	memcpy(mac.octets, e->end.peer.mac, 6);
	if (status == PYDP_OK)
		status = pydp_neighbour_set(e->engine, e->port, 0, &peer, &mac);
	return status;
}

static void collect(struct engine_end *e, struct turn *turn)
{
	uint32_t count, length;
	uint8_t *data;

	while (pydp_burst_receive(e->burst, e->far, &count) == PYDP_OK && count > 0) {
		for (uint32_t i = 0; i < count && turn->out_count < TURN_MOST; i++) {
			struct frame *frame = &turn->out[turn->out_count++];

			(void)pydp_burst_data(e->burst, i, &data, &length);
			frame->forged = false;
			frame->length = (uint16_t)(length < FRAME_MOST ? length : FRAME_MOST);
			memcpy(frame->octets, data, frame->length);
		}
		(void)pydp_burst_clear(e->burst);
	}
}

static void give(struct engine_end *e, struct turn *turn)
{
	turn->taken = turn->in_count < e->options.queue ? turn->in_count : e->options.queue;
	turn->full = turn->in_count >= e->options.queue;
	for (uint32_t i = 0; i < turn->in_count;) {
		while (i < turn->in_count && pydp_burst_length(e->burst) < BURST) {
			if (pydp_burst_append(e->burst, e->pool, turn->in[i].octets, turn->in[i].length) != PYDP_OK)
				abort();
			i++;
		}
		(void)pydp_burst_transmit(e->burst, e->far, NULL);
		(void)pydp_burst_clear(e->burst);
	}
}

static const char *engine_turn(struct end *end, struct turn *turn)
{
	struct engine_end *e = (struct engine_end *)end;
	const char *failed;

	give(e, turn);
	failed = sentence(pydp_engine_step(e->engine, turn->now_ns, NULL));
	collect(e, turn);
	return failed;
}

static void describe(struct engine_end *e, const struct wanted *wanted)
{
	e->session = (struct pydp_session_config){.source = address_of(&e->end.place),
						  .destination = address_of(&e->end.peer),
						  .port = e->port,
						  .local_multiplier = wanted->multiplier,
						  .role = wanted->passive ? PYDP_ROLE_PASSIVE : PYDP_ROLE_ACTIVE,
						  .desired_min_tx_us = wanted->desired_us,
						  .required_min_rx_us = wanted->required_us,
						  .admin_down = wanted->admin_down == PYDP_DIAG_ADMIN_DOWN,
						  .path_down = wanted->admin_down == PYDP_DIAG_PATH_DOWN,
						  .demand = wanted->demand,
						  .demand_poll_us = wanted->demand_poll_us,
						  .concatenated_path = wanted->concatenated};
	if (e->end.place.port == MULTIHOP) {
		e->session.path_type = PYDP_PATH_IP_MH;
		e->session.rx_ttl = e->end.place.least_ttl;
	}
}

static int give_keys(struct engine_end *e, const struct wanted *wanted)
{
	struct pydp_key_chain chain = {.id = 1};
	struct key key;

	for (; chain.key_count < KEYS_MOST && wanted->keys[chain.key_count] != 0; chain.key_count++) {
		struct pydp_key *to = &chain.keys[chain.key_count];

		key_make(wanted->keys[chain.key_count], &key);
		*to = (struct pydp_key){.key_id = key.id, .crypto_algorithm = key.algorithm, .length = key.length};
		memcpy(to->secret, key.secret, key.length);
	}
	e->session.key_chain = chain.key_count ? chain.id : 0;
	e->session.meticulous = chain.key_count && wanted->meticulous;
	return chain.key_count ? pydp_key_chain_set(e->engine, &chain) : PYDP_OK;
}

static int upsert(struct engine_end *e, const struct wanted *wanted, uint32_t *id)
{
	int status;

	describe(e, wanted);
	status = give_keys(e, wanted);
	return status == PYDP_OK ? pydp_session_upsert(e->engine, &e->session, id) : status;
}

static const char *engine_open(struct end *end, const struct wanted *wanted, struct turn *turn)
{
	struct engine_end *e = (struct engine_end *)end;
	int status;

	status = pydp_engine_step(e->engine, turn->now_ns, NULL);
	if (status == PYDP_OK)
		status = upsert(e, wanted, &e->id);
	collect(e, turn);
	return sentence(status);
}

static const char *engine_command(struct end *end, const struct command *command, struct turn *turn)
{
	struct engine_end *e = (struct engine_end *)end;
	uint32_t id = e->id;
	int status;

	if (command->order == CONFIGURE) {
		status = upsert(e, &command->wanted, &id);
	} else if (command->order == CLEAR) {
		status = pydp_nexthop_clear(e->engine, e->id);
	} else if (command->order == HOLD || command->order == RELEASE) {
		status = pydp_nexthop_hold(e->engine, e->id, command->order == HOLD);
	} else if (command->order == POLL) {
		status = pydp_session_poll(e->engine, e->id);
	} else if (command->order == RESET) {
		status = pydp_session_forwarding_reset(e->engine, e->id);
	} else {
		status = pydp_session_remove(e->engine, e->id, command->order == REMOVE_NOW);
	}
	collect(e, turn);
	return id == e->id ? sentence(status) : "the session's id changed by an upsert";
}

static uint64_t engine_next(struct end *end)
{
	struct engine_end *e = (struct engine_end *)end;
	uint64_t deadline;

	return pydp_engine_next_deadline(e->engine, &deadline) == PYDP_OK ? deadline : 0;
}

static void engine_look(struct end *end, struct snapshot *snapshot)
{
	struct engine_end *e = (struct engine_end *)end;
	struct pydp_session_state state;

	*snapshot = (struct snapshot){.gone = pydp_session_read(e->engine, e->id, &state) != PYDP_OK};
	if (snapshot->gone)
		return;
	*snapshot = (struct snapshot){.counts = true,
				      .state = state.local_state,
				      .remote_state = state.remote_state,
				      .diagnostic = state.local_diagnostic,
				      .remote_diagnostic = state.remote_diagnostic,
				      .nexthop = state.nexthop_state,
				      .polling = state.polling,
				      .local = state.local_discriminator,
				      .remote = state.remote_discriminator,
				      .tx_us = state.negotiated_tx_us,
				      .rx_us = state.negotiated_rx_us,
				      .detection_us = state.detection_time_us,
				      .rx_packets = state.rx_packets,
				      .tx_packets = state.tx_packets,
				      .ups = state.up_count,
				      .downs = state.down_count,
				      .admin_downs = state.admin_down_count,
				      .polls = state.poll_count,
				      .stalls = state.stall_count};
}

static uint32_t engine_told(struct end *end, struct told *told, uint32_t room)
{
	struct engine_end *e = (struct engine_end *)end;
	struct pydp_event events[64];
	uint32_t count;

	if (pydp_event_drain(e->engine, events, room < 64 ? room : 64, &count) != PYDP_OK)
		return 0;
	for (uint32_t i = 0; i < count; i++)
		told[i] = (struct told){.time_ns = events[i].time_ns,
					.detection_us = events[i].detection_time_us,
					.sequence = events[i].session == e->id ? events[i].sequence : UINT32_MAX,
					.local = events[i].local_discriminator,
					.remote = events[i].remote_discriminator,
					.tx_us = events[i].negotiated_tx_us,
					.rx_us = events[i].negotiated_rx_us,
					.type = events[i].type,
					.old_state = events[i].old_state,
					.new_state = events[i].new_state,
					.remote_state = events[i].remote_state,
					.diagnostic = events[i].local_diagnostic,
					.nexthop = events[i].nexthop_state,
					.reread = events[i].flags & PYDP_EVENT_REREAD};
	return count;
}

static uint64_t engine_overflows(struct end *end)
{
	uint64_t count = 0;

	(void)pydp_event_overflows(((struct engine_end *)end)->engine, &count);
	return count;
}

static const char *engine_restart(struct end *end)
{
	struct engine_end *e = (struct engine_end *)end;
	int status = pydp_engine_destroy(e->engine);

	e->engine = NULL;
	return sentence(status == PYDP_OK ? start(e) : status);
}

static void engine_destroy(struct end *end)
{
	struct engine_end *e = (struct engine_end *)end;

	if (e->burst != NULL)
		(void)pydp_burst_destroy(e->burst);
	if (e->engine != NULL)
		(void)pydp_engine_destroy(e->engine);
	if (e->near != NULL) {
		(void)pydp_port_close(e->near);
		(void)pydp_port_close(e->far);
	}
	if (e->pool != NULL)
		(void)pydp_mempool_destroy(e->pool);
	free(e);
}

struct end *end_engine_create(const char *name, const struct place *place, const struct place *peer,
			      const struct engine_options *options)
{
	static const struct end_kind kind = {.open = engine_open,
					     .next = engine_next,
					     .turn = engine_turn,
					     .command = engine_command,
					     .look = engine_look,
					     .told = engine_told,
					     .overflows = engine_overflows,
					     .restart = engine_restart,
					     .destroy = engine_destroy};
	struct engine_end *e = calloc(1, sizeof(*e));
	struct pydp_link_config link = {.name = e->name, .capacity = options->queue};
	struct pydp_port_info info;
	int status;

	e->end = (struct end){.kind = &kind, .place = *place, .peer = *peer};
	e->options = *options;
	snprintf(e->name, sizeof(e->name), "%s", name);
	status = pydp_link_create(&link, &e->near, &e->far);
	if (status == PYDP_OK)
		status = pydp_mempool_create(e->name, 4095, 256, &e->pool);
	if (status == PYDP_OK)
		status = pydp_burst_create(BURST, &e->burst);
	if (status == PYDP_OK)
		status = pydp_port_info(e->near, &info);
	if (status == PYDP_OK) {
		memcpy(e->end.place.mac, info.mac.octets, 6);
		status = start(e);
	}
	if (status == PYDP_OK)
		return &e->end;
	engine_destroy(&e->end);
	return NULL;
}
