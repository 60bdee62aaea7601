/* SPDX-License-Identifier: Apache-2.0 */
/* What can be said of one captured packet alone, before any session is looked up. */
#ifndef REPLAY_SIGHT_H
#define REPLAY_SIGHT_H
#include "core/bfd_auth.h"
#include "core/bfd_packet.h"
#include "core/net.h"
#include "replay/capfile.h"
#include "replay/conversation.h"

/* Each packet is exactly one of these. */
enum sight_what {
	SIGHT_CONTROL,   /* a BFD control packet that passed every check; bfd, auth and key are filled */
	SIGHT_ECHO,      /* key is not filled */
	SIGHT_MALFORMED, /* of BFD by its ports; fault says why; key is filled */
	SIGHT_SNAPPED,   /* too short to say */
	SIGHT_ARP,
	SIGHT_ICMP,
	SIGHT_ICMP6,
	SIGHT_TCP,
	SIGHT_UDP,
	SIGHT_OTHER_IP,
	SIGHT_FRAGMENT,
	SIGHT_MALFORMED_IP,
	SIGHT_OTHER_ETHERTYPE,
	SIGHT_UNKNOWN_LINK,
	SIGHT_WHATS
};

struct sight {
	struct capfile_packet packet;
	struct net_frame frame;
	struct net_datagram datagram;
	struct bfd_packet bfd;
	struct bfd_auth auth;
	uint8_t what;  /* enum sight_what */
	uint8_t kind;  /* enum pydp_replay_kind */
	uint8_t fault; /* enum bfd_fault */
	bool from_low; /* sent by the address that is low in the key */
	uint64_t hash; /* of the key */
	struct conversation_key key;
};

/* Fills everything but packet, which is given, and hash. */
void sight_look(struct sight *sight);
/* The key of a datagram's session; false: its ports are no session's. *from_low is set too. addresses: source, destination right behind. */
bool sight_key(struct conversation_key *key, bool *from_low, uint8_t kind, const struct sight *sight, uint8_t family,
	       const uint8_t *addresses, uint16_t source_port, uint16_t destination_port);

#endif
