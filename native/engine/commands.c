/* SPDX-License-Identifier: Apache-2.0 */
/* Carrying out a command, in the worker or in the calling thread when no worker runs. */
#include <stdio.h>
#include <string.h>
#include "engine/engine.h"
#include "io/error.h"

static int add_address(struct pydp_engine *engine, const struct command_address *wanted)
{
	struct path_port *port;
	struct path_local *local;

	if (wanted->port >= engine->port_count)
		return error_set(PYDP_E_INVAL, "port %u is not attached: the engine has %u", wanted->port, engine->port_count);
	port = engine->path_ports[wanted->port];
	local = path_local_find(port, wanted->vlan, wanted->address.family, wanted->address.octets);
	if (own_prepare(engine, 1) != PYDP_OK)
		return PYDP_E_NOMEM;
	if (local == NULL) {
		if (port->local_count == PATH_LOCALS)
			return error_set(PYDP_E_NOMEM, "port %u has %u addresses already, and no room for more", wanted->port,
					 PATH_LOCALS);
		local = &port->locals[port->local_count++];
		memset(local, 0, sizeof(*local));
		memcpy(local->octets, wanted->address.octets, sizeof(local->octets));
		local->family = wanted->address.family;
		local->vlan = wanted->vlan;
	}
	local->prefix_length = wanted->prefix_length;
	own_publish(engine);
	return PYDP_OK;
}

static int remove_address(struct pydp_engine *engine, const struct command_address *unwanted)
{
	struct path_port *port;
	struct path_local *local;

	if (unwanted->port >= engine->port_count)
		return error_set(PYDP_E_INVAL, "port %u is not attached: the engine has %u", unwanted->port,
				 engine->port_count);
	port = engine->path_ports[unwanted->port];
	local = path_local_find(port, unwanted->vlan, unwanted->address.family, unwanted->address.octets);
	if (local == NULL)
		return PYDP_OK;
	if (local->sessions > 0)
		return error_set(PYDP_E_BUSY, "%u sessions send from the address: remove them first", local->sessions);
	if (own_prepare(engine, 0) != PYDP_OK)
		return PYDP_E_NOMEM;
	*local = port->locals[--port->local_count];
	own_publish(engine);
	return PYDP_OK;
}

static int set_neighbour(struct pydp_engine *engine, const struct command_address *wanted)
{
	struct neighbour_key key = {.port = wanted->port, .vlan = wanted->vlan, .family = wanted->address.family};

	if (wanted->port >= engine->port_count)
		return error_set(PYDP_E_INVAL, "port %u is not attached: the engine has %u", wanted->port, engine->port_count);
	memcpy(key.octets, wanted->address.octets, sizeof(key.octets));
	return neighbours_set(engine, &key, &wanted->mac, engine->now_ns);
}

static void forget_gaps(struct worker_counts *counts)
{
	atomic_store_explicit(&counts->gap_max_ns, 0, memory_order_relaxed);
	for (uint32_t i = 0; i < HISTOGRAM_BUCKETS; i++)
		atomic_store_explicit(&counts->gaps[i], 0, memory_order_relaxed);
}

static int reset_gap(struct pydp_engine *engine)
{
	forget_gaps(&engine->stats.worker);
	for (uint32_t i = 0; i < engine->forwarder_count; i++)
		forget_gaps(&engine->forwarders[i].counts);
	engine->poll_gap.count = 0;
	return PYDP_OK;
}

static int port_hellos(struct pydp_engine *engine, const struct command_hellos *asked, struct reply *reply)
{
	if (asked->port >= engine->port_count)
		return error_set(PYDP_E_INVAL, "port %u is not attached: the engine has %u", asked->port, engine->port_count);
	memset(&reply->hellos, 0, sizeof(reply->hellos));
	reply->hellos.next = sessions_hellos(engine, asked, &reply->hellos.sum);
	return PYDP_OK;
}

static int execute(struct pydp_engine *engine, const struct command *command, struct reply *reply)
{
	switch (command->kind) {
	case COMMAND_SESSION_UPSERT:
		return sessions_upsert(engine, &command->session, &reply->id);
	case COMMAND_SESSION_ADOPT:
		return sessions_adopt(engine, &command->adopt.session, &command->adopt.takeover, &reply->id);
	case COMMAND_SESSION_REMOVE:
		return sessions_remove(engine, command->one.id, command->one.value != 0);
	case COMMAND_SESSION_READ:
		return sessions_read(engine, command->one.id, &reply->state);
	case COMMAND_SESSION_REFUSED:
		return sessions_refused(engine, command->one.id, reply->refused);
	case COMMAND_SESSION_QUALITY:
		return sessions_quality(engine, command->one.id, &reply->quality);
	case COMMAND_SESSION_LIST:
		reply->list.count = sessions_list(engine, command->cursor, reply->list.ids, REPLY_IDS, &reply->list.next);
		return PYDP_OK;
	case COMMAND_PORT_HELLOS:
		return port_hellos(engine, &command->hellos, reply);
	case COMMAND_SESSION_POLL:
	case COMMAND_SESSION_RESET:
	case COMMAND_NEXTHOP_CLEAR:
	case COMMAND_NEXTHOP_HOLD:
		return sessions_do(engine, command->one.id, (enum command_kind)command->kind, command->one.value != 0);
	case COMMAND_KEY_CHAIN_SET:
		return key_chains_set(engine, &command->key_chain);
	case COMMAND_KEY_CHAIN_REMOVE:
		return key_chains_remove(engine, (uint16_t)command->one.id);
	case COMMAND_ADDRESS_ADD:
		return add_address(engine, &command->address);
	case COMMAND_ADDRESS_REMOVE:
		return remove_address(engine, &command->address);
	case COMMAND_NEIGHBOUR_SET:
		return set_neighbour(engine, &command->address);
	case COMMAND_NEIGHBOUR_LIST:
		reply->list.count = neighbours_list(engine, command->cursor, reply->list.neighbours, REPLY_NEIGHBOURS,
						    &reply->list.next);
		return PYDP_OK;
	case COMMAND_NEXTHOP_SET:
		return nexthops_set(engine, command->nexthop_id, &command->nexthop, engine->now_ns);
	case COMMAND_NEXTHOP_REMOVE:
		return nexthops_remove(engine, command->one.id);
	case COMMAND_NEXTHOP_READ:
		return nexthops_read(engine, command->one.id, &reply->nexthop);
	case COMMAND_NEXTHOP_LIST:
		reply->list.count = nexthops_list(engine, command->cursor, reply->list.ids, REPLY_IDS, &reply->list.next);
		return PYDP_OK;
	case COMMAND_NEXT_DEADLINE:
		reply->deadline_ns = agenda_next(&engine->agenda);
		return PYDP_OK;
	case COMMAND_FORWARD_SET:
		return forwarding_set(engine, &command->forward);
	case COMMAND_REFLECTOR_SET:
		return reflector_set(engine, &command->reflector);
	case COMMAND_UNSOLICITED_TELL:
		engine->sessions.strangers.rate = command->cursor;
		return PYDP_OK;
	case COMMAND_HOST_RATE:
		return host_set_rate(engine, command->one.id, command->one.value);
	case COMMAND_RESET_GAP:
		return reset_gap(engine);
	case COMMAND_REREAD_EVENTS:
		events_reread(engine);
		return PYDP_OK;
	default:
		return error_set(PYDP_E_INVAL, "command %u is unknown", command->kind);
	}
}

void command_execute(struct pydp_engine *engine, const struct command *command, struct reply *reply)
{
	reply->status = execute(engine, command, reply);
	if (reply->status != PYDP_OK)
		snprintf(reply->reason, sizeof(reply->reason), "%s", error_last());
}
