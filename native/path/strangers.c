/* SPDX-License-Identifier: Apache-2.0 */
/* Bounded by a small table, which forgets whom it has no room for, by a rate over all, and by a share of it for each source MAC
 * address, so that who forges IP addresses does not use up what other members' first packets need. */
#include "path/strangers.h"
#include <rte_jhash.h>

#define SECOND_NS UINT64_C(1000000000)
#define AT_ONCE   64u
#define SHARES    8u /* a MAC address has one of them, of the rate and of AT_ONCE */

/* No padding: it is hashed as octets. */
struct stranger {
	uint32_t port;
	uint16_t vlan;
	uint16_t family;
	uint8_t source[16];
	uint8_t destination[16];
};

static uint32_t hash_of(const struct path_strangers *strangers, const struct path_port *port, const struct path_packet *packet)
{
	struct stranger stranger = {.port = port->index, .vlan = packet->vlan, .family = packet->family};
	size_t octets = packet->family == 4 ? 4 : 16;

	memcpy(stranger.source, packet_source(packet), octets);
	memcpy(stranger.destination, packet_destination(packet), octets);
	return rte_jhash(&stranger, sizeof(stranger), strangers->seed);
}

static bool told_lately(struct path_strangers *strangers, uint32_t hash, uint64_t now_ns)
{
	uint64_t told_ns = strangers->seen[hash % STRANGERS].told_ns;

	return told_ns != 0 && strangers->seen[hash % STRANGERS].hash == hash && now_ns - told_ns < SECOND_NS;
}

/* A MAC address without credit costs the others none. */
static bool may_tell(struct path_strangers *strangers, const uint8_t *mac, uint64_t now_ns)
{
	struct token_bucket *own = &strangers->credit_of[rte_jhash(mac, 6, strangers->seed) % STRANGERS_MACS];
	uint64_t cost_ns = SECOND_NS / strangers->rate, most_ns = AT_ONCE * cost_ns;

	token_bucket_earn(own, most_ns, now_ns);
	token_bucket_earn(&strangers->credit, most_ns, now_ns);
	return own->credit_ns >= SHARES * cost_ns && token_bucket_spend(&strangers->credit, cost_ns, 0) &&
	       token_bucket_spend(own, SHARES * cost_ns, 0);
}

/* RFC 9468 2: the source is of the subnet of the interface. */
static bool is_neighbour(struct path_port *port, const struct path_packet *packet)
{
	const struct path_local *local = path_local_find(port, packet->vlan, packet->family, packet_destination(packet));

	return local != NULL && path_prefix_holds(local->octets, local->prefix_length, packet_source(packet));
}

bool path_stranger(struct path_strangers *strangers, struct path_port *port, const struct path_packet *packet,
		   const struct bfd_packet *bfd, uint64_t now_ns)
{
	uint32_t hash;

	if (strangers->rate == 0 || packet->bfd != BFD_KIND_SINGLE_HOP || packet->ttl != BFD_TTL ||
	    bfd->state != PYDP_BFD_DOWN || bfd->flags & BFD_FLAG_AUTHENTICATION || !is_neighbour(port, packet))
		return false;
	hash = hash_of(strangers, port, packet);
	if (told_lately(strangers, hash, now_ns) || !may_tell(strangers, packet->ether + 6, now_ns)) {
		path_count(port, PYDP_CNT_UNSOLICITED_UNTOLD, 1);
		return false;
	}
	strangers->seen[hash % STRANGERS].hash = hash;
	strangers->seen[hash % STRANGERS].told_ns = now_ns;
	return true;
}
