/* SPDX-License-Identifier: Apache-2.0 */
/* Resolution: INCOMPLETE until somebody answers, REACHABLE for half a minute, STALE while asked again, FAILED after three
 * questions without an answer, and then asked on once a second as long as a session wants the neighbour. */
#include <stdio.h>
#include <string.h>
#include <rte_errno.h>
#include <rte_jhash.h>
#include "engine/engine.h"
#include "engine/table.h"
#include "io/eal.h"
#include "io/error.h"

#define ASK_AGAIN_NS UINT64_C(1000000000)
#define REACHABLE_NS UINT64_C(30000000000)
#define TRIES        3u
#define NEVER        UINT64_MAX
/* Of a key's family: not a neighbour, but the group that a LAG member's session sends to. */
#define MICRO_GROUP 0x100u

int neighbours_create(struct pydp_engine *engine)
{
	struct neighbours *neighbours = &engine->neighbours;
	struct rte_hash_parameters parameters = {0};
	char name[RTE_HASH_NAMESIZE];

	snprintf(name, sizeof(name), "pydp-near-%u", eal_unique());
	parameters.name = name;
	parameters.entries = engine->max_neighbours;
	parameters.key_len = sizeof(struct neighbour_key);
	parameters.hash_func = rte_jhash;
	parameters.hash_func_init_val = (uint32_t)rng_next(&engine->rng);
	parameters.socket_id = SOCKET_ID_ANY;
	neighbours->capacity = engine->max_neighbours;
	neighbours->keys = rte_hash_create(&parameters);
	if (neighbours->keys == NULL)
		return error_set(PYDP_E_NOMEM,
				 "no memory for %u neighbours (%s): give EAL more with -m MEGABYTES or lower max_neighbours",
				 engine->max_neighbours, rte_strerror(rte_errno));
	neighbours->entries = table_map(sizeof(*neighbours->entries) * neighbours->capacity, "the neighbours");
	neighbours->path = table_map(sizeof(*neighbours->path) * neighbours->capacity, "the neighbours");
	if (neighbours->entries == NULL || neighbours->path == NULL)
		return PYDP_E_NOMEM;
	engine->sessions.neighbours = neighbours->path;
	return PYDP_OK;
}

void neighbours_destroy(struct pydp_engine *engine)
{
	struct neighbours *neighbours = &engine->neighbours;

	rte_hash_free(neighbours->keys);
	table_unmap(neighbours->entries, sizeof(*neighbours->entries) * neighbours->capacity);
	table_unmap(neighbours->path, sizeof(*neighbours->path) * neighbours->capacity);
}

static void arm(struct pydp_engine *engine, uint32_t index, uint64_t due_ns)
{
	engine->neighbours.entries[index].due_ns = due_ns;
	wheel_arm(&engine->wheel, engine->max_sessions + index, due_ns);
}

static void ask(struct pydp_engine *engine, struct neighbour *neighbour)
{
	struct path_port *port = engine->path_ports[neighbour->key.port];
	/* Any session's own address is one that the neighbour can answer to. */
	const uint8_t *local = engine->sessions.cold[neighbour->first].local;

	if (neighbour->key.family == 4)
		path_arp_ask(port, neighbour->key.vlan, local, neighbour->key.octets);
	else
		path_nd_ask(port, neighbour->key.vlan, local, neighbour->key.octets);
	if (neighbour->tries < UINT8_MAX)
		neighbour->tries++;
}

static bool resolved(uint8_t state)
{
	return state != PYDP_NEIGHBOUR_INCOMPLETE && state != PYDP_NEIGHBOUR_FAILED;
}

/* Sessions are told when the neighbour becomes usable or fails, not of every question. */
static void enter(struct pydp_engine *engine, uint32_t index, uint8_t state, uint64_t now_ns)
{
	struct neighbour *neighbour = &engine->neighbours.entries[index];
	bool worth_telling = resolved(state) != resolved(neighbour->state) ||
			     (state == PYDP_NEIGHBOUR_FAILED && neighbour->state != PYDP_NEIGHBOUR_FAILED);

	neighbour->state = state;
	engine->neighbours.path[index].usable = resolved(state);
	if (!worth_telling)
		return;
	for (uint32_t slot = neighbour->first; slot != PATH_NONE; slot = engine->sessions.cold[slot].next_of_neighbour) {
		const struct bfd_session *hot = &engine->sessions.hot[slot];
		struct pydp_event event = {.type = PYDP_EVENT_NEIGHBOUR,
					   .time_ns = now_ns,
					   .last_rx_ns = hot->last_rx_ns,
					   .old_state = hot->state,
					   .old_nexthop_state = hot->nexthop};

		events_tell(engine, slot, &event);
	}
}

static void confirm(struct pydp_engine *engine, uint32_t index, const struct pydp_mac *mac, uint8_t source, uint64_t now_ns)
{
	struct neighbour *neighbour = &engine->neighbours.entries[index];

	engine->neighbours.path[index].mac = *mac;
	neighbour->source = source;
	neighbour->tries = 0;
	neighbour->confirmed_ns = now_ns;
	enter(engine, index, source == NEIGHBOUR_PINNED ? PYDP_NEIGHBOUR_STATIC : PYDP_NEIGHBOUR_REACHABLE, now_ns);
	arm(engine, index, source == NEIGHBOUR_PINNED || neighbour->users == 0 ? NEVER : now_ns + REACHABLE_NS);
}

static int find_or_make(struct pydp_engine *engine, const struct neighbour_key *key)
{
	struct neighbours *neighbours = &engine->neighbours;
	int32_t index = rte_hash_lookup(neighbours->keys, key);
	struct neighbour *neighbour;

	if (index >= 0)
		return index;
	index = neighbours->count < neighbours->capacity ? rte_hash_add_key(neighbours->keys, key) : -ENOSPC;
	if (index < 0 || (uint32_t)index >= neighbours->capacity)
		return error_set(PYDP_E_NOMEM,
				 "the table of %u neighbours is full: create the engine with a larger max_neighbours",
				 neighbours->capacity);
	neighbour = &neighbours->entries[index];
	memset(neighbour, 0, sizeof(*neighbour));
	neighbour->key = *key;
	neighbour->used = 1;
	neighbour->first = PATH_NONE;
	neighbour->reflector = PATH_NONE;
	neighbour->due_ns = NEVER;
	neighbours->path[index].usable = 0;
	neighbours->count++;
	return index;
}

static void forget(struct pydp_engine *engine, uint32_t index)
{
	struct neighbours *neighbours = &engine->neighbours;

	wheel_cancel(&engine->wheel, engine->max_sessions + index);
	rte_hash_del_key(neighbours->keys, &neighbours->entries[index].key);
	neighbours->entries[index].used = 0;
	neighbours->path[index].usable = 0;
	neighbours->count--;
}

static struct neighbour_key key_of(const struct path_session *cold, const uint8_t *octets)
{
	struct neighbour_key key = {.port = cold->port, .vlan = cold->vlan, .family = cold->family};

	memcpy(key.octets, octets, 16);
	if (cold->kind == BFD_KIND_MICRO)
		key.family |= MICRO_GROUP;
	return key;
}

/* Micro-BFD asks nobody for a MAC address: what it sends to is a group, or whom it heard (RFC 7130 2.3). */
static void pin_group(struct pydp_engine *engine, uint32_t slot, int index, uint64_t now_ns)
{
	struct pydp_mac group;

	if (engine->sessions.cold[slot].kind != BFD_KIND_MICRO)
		return;
	memcpy(group.octets, path_micro_group, sizeof(group.octets));
	confirm(engine, (uint32_t)index, &group, NEIGHBOUR_PINNED, now_ns);
}

static void join(struct pydp_engine *engine, uint32_t slot, int index, uint64_t now_ns)
{
	struct path_session *cold = &engine->sessions.cold[slot];
	struct neighbour *neighbour = &engine->neighbours.entries[index];

	cold->neighbour = (uint32_t)index;
	cold->previous_of_neighbour = PATH_NONE;
	cold->next_of_neighbour = neighbour->first;
	if (neighbour->first != PATH_NONE)
		engine->sessions.cold[neighbour->first].previous_of_neighbour = slot;
	neighbour->first = slot;
	if (neighbour->users++ == 0 && neighbour->state != PYDP_NEIGHBOUR_STATIC) {
		ask(engine, neighbour);
		arm(engine, (uint32_t)index, now_ns + ASK_AGAIN_NS);
	}
}

int neighbours_join(struct pydp_engine *engine, uint32_t slot, const uint8_t *octets, uint64_t now_ns)
{
	struct neighbour_key key = key_of(&engine->sessions.cold[slot], octets);
	int index = find_or_make(engine, &key);

	if (index < 0)
		return index;
	pin_group(engine, slot, index, now_ns);
	join(engine, slot, index, now_ns);
	return PYDP_OK;
}

int neighbours_move(struct pydp_engine *engine, uint32_t slot, const uint8_t *octets, uint64_t now_ns)
{
	struct neighbour_key key = key_of(&engine->sessions.cold[slot], octets);
	int index = find_or_make(engine, &key);

	if (index < 0 || (uint32_t)index == engine->sessions.cold[slot].neighbour)
		return index < 0 ? index : PYDP_OK;
	neighbours_leave(engine, slot);
	join(engine, slot, index, now_ns);
	return PYDP_OK;
}

void neighbours_leave(struct pydp_engine *engine, uint32_t slot)
{
	struct path_session *cold = &engine->sessions.cold[slot];
	struct neighbour *neighbour = &engine->neighbours.entries[cold->neighbour];

	if (cold->previous_of_neighbour == PATH_NONE)
		neighbour->first = cold->next_of_neighbour;
	else
		engine->sessions.cold[cold->previous_of_neighbour].next_of_neighbour = cold->next_of_neighbour;
	if (cold->next_of_neighbour != PATH_NONE)
		engine->sessions.cold[cold->next_of_neighbour].previous_of_neighbour = cold->previous_of_neighbour;
	if (--neighbour->users == 0 && (neighbour->state != PYDP_NEIGHBOUR_STATIC || neighbour->key.family & MICRO_GROUP))
		forget(engine, cold->neighbour);
}

int neighbours_set(struct pydp_engine *engine, const struct neighbour_key *key, const struct pydp_mac *mac, uint64_t now_ns)
{
	static const struct pydp_mac none;
	bool pin = memcmp(mac, &none, sizeof(none)) != 0;
	int32_t index = rte_hash_lookup(engine->neighbours.keys, key);
	struct neighbour *neighbour;

	if (pin) {
		index = find_or_make(engine, key);
		if (index >= 0)
			confirm(engine, (uint32_t)index, mac, NEIGHBOUR_PINNED, now_ns);
		return index < 0 ? index : PYDP_OK;
	}
	if (index < 0)
		return PYDP_OK;
	neighbour = &engine->neighbours.entries[index];
	if (neighbour->users == 0) {
		forget(engine, (uint32_t)index);
		return PYDP_OK;
	}
	if (neighbour->state == PYDP_NEIGHBOUR_STATIC) {
		neighbour->tries = 0;
		enter(engine, (uint32_t)index, PYDP_NEIGHBOUR_INCOMPLETE, now_ns);
		ask(engine, neighbour);
		arm(engine, (uint32_t)index, now_ns + ASK_AGAIN_NS);
	}
	return PYDP_OK;
}

/* Where the kernel owns ARP its answers do not come to us, and what keeps a neighbour is the session itself. */
static bool a_session_is_up(const struct pydp_engine *engine, const struct neighbour *neighbour)
{
	for (uint32_t slot = neighbour->first; slot != PATH_NONE; slot = engine->sessions.cold[slot].next_of_neighbour)
		if (engine->sessions.hot[slot].state == PYDP_BFD_UP)
			return true;
	return false;
}

void neighbours_expired(struct pydp_engine *engine, uint32_t index, uint64_t now_ns)
{
	struct neighbour *neighbour = &engine->neighbours.entries[index];

	if (!neighbour->used || neighbour->users == 0 || neighbour->state == PYDP_NEIGHBOUR_STATIC)
		return;
	if (neighbour->due_ns > now_ns) {
		wheel_arm(&engine->wheel, engine->max_sessions + index, neighbour->due_ns);
		return;
	}
	if (neighbour->state == PYDP_NEIGHBOUR_REACHABLE)
		enter(engine, index, PYDP_NEIGHBOUR_STALE, now_ns);
	else if (neighbour->state == PYDP_NEIGHBOUR_STALE && neighbour->tries >= TRIES && a_session_is_up(engine, neighbour)) {
		struct pydp_mac mac = engine->neighbours.path[index].mac;

		/* Reached, by BFD's own witness; and a MAC address heard anew may replace it. */
		confirm(engine, index, &mac, NEIGHBOUR_HEARD, now_ns);
		return;
	} else if (neighbour->tries >= TRIES) {
		enter(engine, index, PYDP_NEIGHBOUR_FAILED, now_ns);
	}
	ask(engine, neighbour);
	arm(engine, index, now_ns + ASK_AGAIN_NS);
}

bool neighbours_claim(void *context, struct path_port *port, const struct path_claim *claim, uint64_t now_ns)
{
	struct pydp_engine *engine = context;
	struct neighbour_key key = {.port = port->index, .vlan = claim->vlan, .family = claim->family};
	struct neighbour *neighbour;
	int32_t index;

	memcpy(key.octets, claim->octets, 16);
	index = rte_hash_lookup(engine->neighbours.keys, &key);
	if (index < 0)
		return false;
	neighbour = &engine->neighbours.entries[index];
	if (neighbour->state == PYDP_NEIGHBOUR_STATIC)
		return true;
	/* RFC 4861 7.2.5: without the override flag a known address is not replaced. */
	if (!claim->overrides && resolved(neighbour->state) && neighbour->source >= NEIGHBOUR_ASKED &&
	    memcmp(&engine->neighbours.path[index].mac, &claim->mac, sizeof(claim->mac)) != 0)
		return true;
	confirm(engine, (uint32_t)index, &claim->mac, NEIGHBOUR_ASKED, now_ns);
	return true;
}

uint32_t neighbours_reflector(void *context, uint32_t port, uint16_t vlan, uint8_t family, const uint8_t *octets)
{
	struct pydp_engine *engine = context;
	struct neighbour_key key = {.port = port, .vlan = vlan, .family = family};
	int32_t index;

	memcpy(key.octets, octets, family == 4 ? 4 : 16);
	index = rte_hash_lookup(engine->neighbours.keys, &key);
	return index < 0 ? PATH_NONE : engine->neighbours.entries[index].reflector;
}

void neighbours_elect_reflector(struct pydp_engine *engine, uint32_t index)
{
	struct neighbour *neighbour = &engine->neighbours.entries[index];
	uint32_t slot = neighbour->first;

	while (slot != PATH_NONE && engine->sessions.extra[slot].echo.reflect_us == 0)
		slot = engine->sessions.cold[slot].next_of_neighbour;
	neighbour->reflector = slot;
}

void neighbours_heard(void *context, uint32_t slot, const uint8_t *mac, uint64_t now_ns)
{
	struct pydp_engine *engine = context;
	uint32_t index = engine->sessions.cold[slot].neighbour;
	struct neighbour *neighbour = &engine->neighbours.entries[index];
	struct pydp_mac heard;

	if (engine->sessions.cold[slot].kind == BFD_KIND_MICRO) {
		struct path_micro *micro = &engine->sessions.extra[slot].micro;

		if (mac_is_host(mac)) {
			memcpy(micro->heard.octets, mac, sizeof(micro->heard.octets));
			micro->known = 1;
		}
		return;
	}
	/* What was routed comes from any router's MAC address. */
	if (bfd_kind_routed((enum bfd_kind)engine->sessions.cold[slot].kind))
		return;
	if (neighbour->state == PYDP_NEIGHBOUR_STATIC || !mac_is_host(mac))
		return;
	memcpy(heard.octets, mac, 6);
	if (neighbour->state == PYDP_NEIGHBOUR_REACHABLE &&
	    (neighbour->source == NEIGHBOUR_ASKED || memcmp(&engine->neighbours.path[index].mac, &heard, sizeof(heard)) == 0))
		return;
	confirm(engine, index, &heard, NEIGHBOUR_HEARD, now_ns);
}

uint32_t neighbours_list(struct pydp_engine *engine, uint32_t index, struct pydp_neighbour *entries, uint32_t capacity,
			 uint32_t *next)
{
	uint32_t stop = RTE_MIN(index + 4096, engine->neighbours.capacity), count = 0;

	for (; index < stop && count < capacity; index++) {
		const struct neighbour *neighbour = &engine->neighbours.entries[index];
		struct pydp_neighbour *entry = &entries[count];

		if (!neighbour->used)
			continue;
		memset(entry, 0, sizeof(*entry));
		memcpy(entry->address.octets, neighbour->key.octets, 16);
		entry->address.family = (uint8_t)neighbour->key.family;
		entry->port = neighbour->key.port;
		entry->vlan = neighbour->key.vlan;
		if (resolved(neighbour->state))
			entry->mac = engine->neighbours.path[index].mac;
		entry->state = neighbour->state;
		entry->confirmed_ns = neighbour->confirmed_ns;
		count++;
	}
	*next = index < engine->neighbours.capacity ? index : UINT32_MAX;
	return count;
}
