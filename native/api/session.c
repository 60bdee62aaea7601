/* SPDX-License-Identifier: Apache-2.0 */
/* Sessions at the border. */
#include <string.h>
#include <pydp/key_chain.h>
#include <pydp/session.h>
#include "api/check.h"
#include "engine/control.h"

static int check_path(const struct pydp_session_config *config)
{
	int result = config->gateway.family ? check_address(&config->gateway, "gateway") : PYDP_OK;

	if (result != PYDP_OK)
		return result;
	CHECK(config->path_type <= PYDP_PATH_UNAFFILIATED_ECHO, "path_type %u is unknown", config->path_type);
	CHECK(config->remote_discriminator != 0 || config->path_type != PYDP_PATH_S_BFD,
	      "remote_discriminator is 0: S-BFD needs the reflector's");
	CHECK(config->remote_discriminator == 0 || config->path_type == PYDP_PATH_S_BFD,
	      "remote_discriminator is for S-BFD alone: other peers say theirs");
	CHECK(config->path_type != PYDP_PATH_S_BFD || (config->role == PYDP_ROLE_ACTIVE && !config->demand),
	      "an S-BFD initiator is active, and its D bit is no Demand mode (RFC 7880)");
	CHECK(config->path_type != PYDP_PATH_LAG ||
		      (config->role == PYDP_ROLE_ACTIVE && !config->demand && config->gateway.family == 0 &&
		       (config->tx_ttl == 0 || config->tx_ttl == BFD_TTL) && config->rx_ttl == 0),
	      "micro-BFD is active, asynchronous and of one hop (RFC 7130)");
	CHECK(config->gateway.family == 0 || config->gateway.family == config->source.family,
	      "source is IPv%u and gateway is IPv%u", config->source.family, config->gateway.family);
	if (config->path_type == PYDP_PATH_IP_SH || config->path_type == PYDP_PATH_UNAFFILIATED_ECHO)
		CHECK(config->gateway.family == 0 && (config->tx_ttl == 0 || config->tx_ttl == BFD_TTL) &&
			      (config->rx_ttl == 0 || config->rx_ttl == BFD_TTL),
		      "a session of a single hop has no gateway, and its TTL is 255 (RFC 5881)");
	if (config->path_type == PYDP_PATH_UNAFFILIATED_ECHO)
		CHECK(config->role == PYDP_ROLE_ACTIVE && !config->demand && config->key_chain == 0,
		      "unaffiliated echo is active, neither demands nor authenticates: it speaks to itself (RFC 9747)");
	if (config->path_type != PYDP_PATH_IP_SH)
		CHECK(config->required_min_echo_rx_us == 0 && config->desired_min_echo_tx_us == 0,
		      "echoes go over a single hop only (RFC 5883 section 3)");
	return PYDP_OK;
}

static int check_session(const struct pydp_session_config *config)
{
	int result = check_address(&config->source, "source");

	if (result == PYDP_OK)
		result = check_address(&config->destination, "destination");
	if (result == PYDP_OK)
		result = check_vlan(config->vlan);
	if (result != PYDP_OK)
		return result;
	CHECK(config->source.family == config->destination.family, "source is IPv%u and destination is IPv%u",
	      config->source.family, config->destination.family);
	CHECK(config->local_multiplier >= 1, "local_multiplier is 0: 1 to 255");
	CHECK(config->role == PYDP_ROLE_ACTIVE || config->role == PYDP_ROLE_PASSIVE, "role %u is neither active nor passive",
	      config->role);
	CHECK(config->echo_source.family == 0 || config->echo_source.family == config->source.family,
	      "echo_source is IPv%u and the session IPv%u", config->echo_source.family, config->source.family);
	CHECK(config->desired_min_tx_us > 0, "desired_min_tx_us is 0, which RFC 5880 reserves");
	CHECK(config->concatenated_path == 0 || config->concatenated_path == PYDP_DIAG_CONCATENATED_PATH_DOWN ||
		      config->concatenated_path == PYDP_DIAG_REVERSE_CONCATENATED_PATH_DOWN,
	      "concatenated_path is %u: 0, or diagnostic 6 or 8", config->concatenated_path);
	CHECK(config->key_chain <= PYDP_KEY_CHAINS, "key_chain is %u: 1 to %u, or 0 for none", config->key_chain,
	      PYDP_KEY_CHAINS);
	CHECK(config->key_chain == 0 || config->path_type != PYDP_PATH_S_BFD,
	      "key_chain is %u: S-BFD is not authenticated here", config->key_chain);
	CHECK(config->meticulous <= 1, "meticulous is %u: 0 or 1", config->meticulous);
	CHECK(config->guards_nothing <= 1, "guards_nothing is %u: 0 or 1", config->guards_nothing);
	return check_path(config);
}

int pydp_session_upsert(pydp_engine_t *engine, const struct pydp_session_config *config, uint32_t *id)
{
	struct command command = {.kind = COMMAND_SESSION_UPSERT};
	struct reply reply;
	int result;

	CHECK_POINTER(engine);
	CHECK_POINTER(config);
	result = check_session(config);
	if (result != PYDP_OK)
		return result;
	command.session = *config;
	result = engine_command(engine, &command, &reply);
	if (result == PYDP_OK && id != NULL)
		*id = reply.id;
	return result;
}

static int check_takeover(const struct pydp_session_takeover *takeover)
{
	CHECK(takeover->local_discriminator != 0, "local_discriminator is 0, which RFC 5880 reserves");
	CHECK(takeover->local_state >= PYDP_BFD_DOWN && takeover->local_state <= PYDP_BFD_UP,
	      "local_state %u is neither Down, Init nor Up", takeover->local_state);
	CHECK(takeover->local_diagnostic <= 31, "local_diagnostic is %u: 0 to 31", takeover->local_diagnostic);
	CHECK(takeover->remote_state <= PYDP_BFD_UP, "remote_state is %u: 0 to 3", takeover->remote_state);
	CHECK(takeover->remote_discriminator != 0 || takeover->local_state == PYDP_BFD_DOWN,
	      "remote_discriminator is 0, which only a session that is Down may say (RFC 5880 6.8.6)");
	CHECK(!takeover->auth_seq_known || takeover->remote_multiplier != 0,
	      "auth_seq_known is set and remote_multiplier is 0: nobody would know when to forget it");
	return PYDP_OK;
}

/* Its discriminator alone goes on: the reflector knows nothing of it, and the next answer brings it Up. */
static int check_initiator(const struct pydp_session_config *config, const struct pydp_session_takeover *takeover)
{
	CHECK(takeover->local_state == PYDP_BFD_DOWN && takeover->remote_multiplier == 0,
	      "an S-BFD initiator is taken over Down, and knows nothing of its reflector");
	CHECK(takeover->remote_discriminator == config->remote_discriminator,
	      "remote_discriminator is %u, and the reflector that is wanted has %u", takeover->remote_discriminator,
	      config->remote_discriminator);
	return PYDP_OK;
}

int pydp_session_adopt(pydp_engine_t *engine, const struct pydp_session_config *config,
		       const struct pydp_session_takeover *takeover, uint32_t *id)
{
	struct command command = {.kind = COMMAND_SESSION_ADOPT};
	struct reply reply;
	int result;

	CHECK_POINTER(engine);
	CHECK_POINTER(config);
	CHECK_POINTER(takeover);
	CHECK(config->path_type <= PYDP_PATH_S_BFD, "a LAG member and unaffiliated echo come up anew: upsert it");
	result = check_session(config);
	if (result == PYDP_OK)
		result = check_takeover(takeover);
	if (result == PYDP_OK && config->path_type == PYDP_PATH_S_BFD)
		result = check_initiator(config, takeover);
	if (result != PYDP_OK)
		return result;
	command.adopt.session = *config;
	command.adopt.takeover = *takeover;
	result = engine_command(engine, &command, &reply);
	if (result == PYDP_OK && id != NULL)
		*id = reply.id;
	return result;
}

static int ask_about(pydp_engine_t *engine, uint32_t kind, uint32_t id, uint32_t value)
{
	struct command command = {.kind = kind, .one = {.id = id, .value = value}};
	struct reply reply;

	CHECK_POINTER(engine);
	return engine_command(engine, &command, &reply);
}

int pydp_session_remove(pydp_engine_t *engine, uint32_t id, int now)
{
	return ask_about(engine, COMMAND_SESSION_REMOVE, id, now != 0);
}

int pydp_session_poll(pydp_engine_t *engine, uint32_t id)
{
	return ask_about(engine, COMMAND_SESSION_POLL, id, 0);
}

int pydp_session_forwarding_reset(pydp_engine_t *engine, uint32_t id)
{
	return ask_about(engine, COMMAND_SESSION_RESET, id, 0);
}

int pydp_nexthop_clear(pydp_engine_t *engine, uint32_t id)
{
	return ask_about(engine, COMMAND_NEXTHOP_CLEAR, id, 0);
}

int pydp_nexthop_hold(pydp_engine_t *engine, uint32_t id, int held)
{
	return ask_about(engine, COMMAND_NEXTHOP_HOLD, id, held != 0);
}

int pydp_session_read(pydp_engine_t *engine, uint32_t id, struct pydp_session_state *state)
{
	struct command command = {.kind = COMMAND_SESSION_READ, .one = {.id = id}};
	struct reply reply;
	int result;

	CHECK_POINTER(engine);
	CHECK_POINTER(state);
	result = engine_command(engine, &command, &reply);
	if (result == PYDP_OK)
		*state = reply.state;
	return result;
}

int pydp_session_refused(pydp_engine_t *engine, uint32_t id, uint64_t *values, uint32_t capacity)
{
	struct command command = {.kind = COMMAND_SESSION_REFUSED, .one = {.id = id}};
	struct reply reply;
	int result;

	CHECK_POINTER(engine);
	CHECK_POINTER(values);
	CHECK(capacity >= PYDP_CNT_COUNT, "capacity %u is below pydp_counter_count(), %u", capacity, PYDP_CNT_COUNT);
	result = engine_command(engine, &command, &reply);
	for (uint32_t counter = 0; result == PYDP_OK && counter < PYDP_CNT_COUNT; counter++)
		values[counter] = reply.refused[counter];
	return result;
}

int pydp_session_quality(pydp_engine_t *engine, uint32_t id, struct pydp_link_quality *quality)
{
	struct command command = {.kind = COMMAND_SESSION_QUALITY, .one = {.id = id}};
	struct reply reply;
	int result;

	CHECK_POINTER(engine);
	CHECK_POINTER(quality);
	result = engine_command(engine, &command, &reply);
	if (result == PYDP_OK)
		*quality = reply.quality;
	return result;
}

uint64_t pydp_link_histogram_from_ns(uint32_t bucket)
{
	return bucket < LINK_HISTOGRAM_BUCKETS ? link_histogram_from_ns(bucket) : 0;
}

int pydp_session_list(pydp_engine_t *engine, uint32_t after, uint32_t *ids, uint32_t capacity, uint32_t *count)
{
	struct command command = {.kind = COMMAND_SESSION_LIST, .cursor = sessions_slot_after(after)};
	struct reply reply;
	uint32_t written = 0;

	CHECK_POINTER(engine);
	CHECK_POINTER(ids);
	CHECK_POINTER(count);
	while (written < capacity && command.cursor != PATH_NONE) {
		int result = engine_command(engine, &command, &reply);
		uint32_t taken;

		if (result != PYDP_OK)
			return result;
		taken = RTE_MIN(reply.list.count, capacity - written);
		memcpy(ids + written, reply.list.ids, taken * sizeof(*ids));
		written += taken;
		command.cursor = reply.list.next;
	}
	*count = written;
	return PYDP_OK;
}
