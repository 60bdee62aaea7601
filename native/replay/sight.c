/* SPDX-License-Identifier: Apache-2.0 */
/* From a captured frame to what it is, by the checks of core/. */
#include "replay/sight.h"
#include "core/bfd_kind.h"

_Static_assert((int)BFD_KIND_ECHO == PYDP_REPLAY_ECHO && (int)BFD_KIND_SBFD_REPLY == PYDP_REPLAY_SBFD_REPLY &&
		       (int)BFD_KIND_SINGLE_HOP == PYDP_REPLAY_SINGLE_HOP,
	       "kinds have the same numbers inside and outside");
_Static_assert(BFD_FAULTS < 256, "a fault fits into an octet");

static inline int compare(const uint8_t *a, const uint8_t *b, uint8_t family)
{
	return memcmp(a, b, family == 4 ? 4 : 16);
}

bool sight_key(struct conversation_key *key, bool *from_low, uint8_t kind, const struct sight *sight, uint8_t family,
	       const uint8_t *addresses, uint16_t source_port, uint16_t destination_port)
{
	uint32_t size = family == 4 ? 4 : 16;
	const uint8_t *source = addresses, *destination = addresses + size;

	memset(key, 0, sizeof(*key));
	switch (kind) {
	case PYDP_REPLAY_SINGLE_HOP:
	case PYDP_REPLAY_MULTIHOP:
	case PYDP_REPLAY_MICRO:
		key->kind = kind;
		*from_low = compare(source, destination, family) <= 0;
		break;
	case PYDP_REPLAY_SBFD_REQUEST:
	case PYDP_REPLAY_SBFD_REPLY:
		/* The initiator's address is not sorted: two hosts may initiate towards each other from one port. */
		key->kind = PYDP_REPLAY_SBFD_REQUEST;
		*from_low = kind == PYDP_REPLAY_SBFD_REQUEST;
		key->port = *from_low ? source_port : destination_port;
		break;
	default:
		return false;
	}
	key->family = family;
	key->interface = sight->packet.interface;
	key->link_index = sight->frame.link_index;
	key->vlan = sight->frame.vlan;
	if (family == 4) {
		memcpy(key->low, *from_low ? source : destination, 4);
		memcpy(key->high, *from_low ? destination : source, 4);
	} else {
		memcpy(key->low, *from_low ? source : destination, 16);
		memcpy(key->high, *from_low ? destination : source, 16);
	}
	return true;
}

static void set_key(struct sight *sight)
{
	const struct net_datagram *datagram = &sight->datagram;

	if (!sight_key(&sight->key, &sight->from_low, sight->kind, sight, datagram->family, datagram->source,
		       datagram->source_port, datagram->destination_port))
		memset(&sight->key, 0, sizeof(sight->key));
}

static enum sight_what malformed(struct sight *sight, enum bfd_fault fault)
{
	sight->fault = (uint8_t)fault;
	set_key(sight);
	return SIGHT_MALFORMED;
}

/* Of a section that was cut off as much is read as is there. */
static enum bfd_fault look_auth(struct sight *sight)
{
	const struct net_datagram *datagram = &sight->datagram;

	if (datagram->payload_captured >= sight->bfd.length)
		return bfd_auth_parse(datagram->payload, &sight->bfd, &sight->auth);
	if (datagram->payload_captured > BFD_PACKET_LENGTH)
		sight->auth.type = datagram->payload[BFD_PACKET_LENGTH];
	if (datagram->payload_captured > BFD_PACKET_LENGTH + 2)
		sight->auth.key_id = datagram->payload[BFD_PACKET_LENGTH + 2];
	return BFD_ACCEPTED;
}

static enum sight_what look_control(struct sight *sight)
{
	const struct net_datagram *datagram = &sight->datagram;
	enum bfd_fault fault;

	if (datagram->payload_captured < BFD_PACKET_LENGTH && datagram->payload_captured < datagram->payload_length)
		return SIGHT_SNAPPED;
	fault = bfd_packet_parse(datagram->payload, datagram->payload_length, &sight->bfd);
	if (fault == BFD_ACCEPTED)
		fault = bfd_kind_check((enum bfd_kind)sight->kind, &sight->bfd, datagram->source_port, datagram->ttl);
	if (fault == BFD_ACCEPTED && sight->bfd.flags & BFD_FLAG_AUTHENTICATION)
		fault = look_auth(sight);
	if (fault != BFD_ACCEPTED)
		return malformed(sight, fault);
	set_key(sight);
	return SIGHT_CONTROL;
}

static enum sight_what look_protocol(const struct net_datagram *datagram)
{
	switch (datagram->protocol) {
	case PROTOCOL_ICMP:
		return datagram->family == 4 ? SIGHT_ICMP : SIGHT_OTHER_IP;
	case PROTOCOL_ICMP6:
		return datagram->family == 6 ? SIGHT_ICMP6 : SIGHT_OTHER_IP;
	case PROTOCOL_TCP:
		return SIGHT_TCP;
	default:
		return SIGHT_OTHER_IP;
	}
}

static enum sight_what look_datagram(struct sight *sight)
{
	struct net_datagram *datagram = &sight->datagram;
	uint32_t at = sight->frame.network_at;
	enum net_fault fault = net_datagram(sight->frame.type, sight->packet.data + at, sight->packet.captured - at,
					    sight->packet.length - at, datagram);

	sight->kind = (uint8_t)bfd_kind_of(datagram->source_port, datagram->destination_port);
	switch (fault) {
	case NET_OK:
		if (sight->kind == PYDP_REPLAY_OTHER)
			return SIGHT_UDP;
		return sight->kind == PYDP_REPLAY_ECHO ? SIGHT_ECHO : look_control(sight);
	case NET_SNAPPED:
		return sight->kind == PYDP_REPLAY_OTHER && datagram->destination_port != 0 ? SIGHT_UDP : SIGHT_SNAPPED;
	case NET_CHECKSUM_UDP:
		return sight->kind == PYDP_REPLAY_OTHER ? SIGHT_UDP : malformed(sight, BFD_FAULT_CHECKSUM_UDP);
	case NET_MALFORMED_UDP:
		return sight->kind == PYDP_REPLAY_OTHER ? SIGHT_UDP : malformed(sight, BFD_FAULT_MALFORMED_UDP);
	case NET_CHECKSUM_IP4:
		return sight->kind == PYDP_REPLAY_OTHER ? SIGHT_MALFORMED_IP : malformed(sight, BFD_FAULT_CHECKSUM_IP4);
	case NET_FRAGMENT:
		return SIGHT_FRAGMENT;
	case NET_OTHER_PROTOCOL:
		return look_protocol(datagram);
	default:
		return SIGHT_MALFORMED_IP;
	}
}

void sight_look(struct sight *sight)
{
	enum net_fault fault = net_link(sight->packet.link_type, sight->packet.data, sight->packet.captured, &sight->frame);

	sight->kind = PYDP_REPLAY_OTHER;
	sight->fault = BFD_ACCEPTED;
	memset(&sight->auth, 0, sizeof(sight->auth));
	switch (fault) {
	case NET_OK:
		sight->what = (uint8_t)look_datagram(sight);
		return;
	case NET_SNAPPED:
		sight->what = SIGHT_SNAPPED;
		return;
	case NET_UNKNOWN_LINK:
		sight->what = SIGHT_UNKNOWN_LINK;
		return;
	default:
		sight->what = sight->frame.type == TYPE_ARP ? SIGHT_ARP : SIGHT_OTHER_ETHERTYPE;
		return;
	}
}
