/* SPDX-License-Identifier: Apache-2.0 */
/* ICMP (RFC 792) and ICMPv6 (RFC 4443) destination unreachable that quote a BFD packet: the quoted destination's host, or a
 * router on the way to it, answered. */
#include "core/bfd_kind.h"
#include "replay/watch.h"

enum {
	ICMP_UNREACHABLE = 3,
	ICMP_CODE_PORT = 3,
	ICMP6_UNREACHABLE = 1,
	ICMP6_CODE_PORT = 4,
	ICMP_QUOTE_AT = 8,
	PORTS_LENGTH = 4,
	DISCRIMINATOR_AT = UDP_LENGTH + 4 /* My Discriminator, from the UDP header on */
};

struct quote {
	const uint8_t *addresses;
	uint16_t source_port;
	uint16_t destination_port;
	uint8_t family;
	uint32_t my_discriminator; /* 0: not quoted */
};

static bool read_quote(const uint8_t *data, uint32_t length, uint8_t family, struct quote *quote)
{
	uint32_t ports_at = family == 4 ? (uint32_t)(data[0] & 15) * 4 : (uint32_t)IP6_LENGTH;
	uint8_t protocol = data[family == 4 ? IP4_PROTOCOL_AT : IP6_NEXT_AT];

	if (data[0] >> 4 != family || protocol != PROTOCOL_UDP || length < ports_at + PORTS_LENGTH)
		return false;
	if (family == 4 && (ports_at < IP4_LENGTH || net_ip4_fragment(data)))
		return false;
	quote->addresses = data + (family == 4 ? IP4_SOURCE_AT : IP6_SOURCE_AT);
	quote->source_port = load16(data + ports_at);
	quote->destination_port = load16(data + ports_at + 2);
	quote->family = family;
	quote->my_discriminator = 0;
	if (length >= ports_at + DISCRIMINATOR_AT + 4)
		quote->my_discriminator = bfd_load32(data + ports_at + DISCRIMINATOR_AT);
	return true;
}

/* Of several conversations of the key: the one whose sender has the quoted discriminator. NULL: which it is cannot be said. */
static void choose(const struct watch *watch, uint32_t my_discriminator, struct place *place)
{
	while (my_discriminator == 0 || place->conversation->discriminator[!place->end] != my_discriminator) {
		place->index = place->conversation->next;
		if (place->index == NO_CONVERSATION) {
			place->conversation = NULL;
			return;
		}
		place->conversation = conversations_at(&watch->conversations, place->index);
	}
}

static bool find(const struct watch *watch, const struct sight *sight, uint8_t kind, const struct quote *quote,
		 struct place *place)
{
	struct conversation_key key;
	bool from_low;

	if (!sight_key(&key, &from_low, kind, sight, quote->family, quote->addresses, quote->source_port,
		       quote->destination_port))
		return false;
	place->conversation = conversations_find(&watch->conversations, &key,
						 conversations_hash(watch->conversations.seed, &key), &place->index);
	if (place->conversation == NULL)
		return false;
	/* The end that was written to. */
	place->end = !conversation_end_of(place->conversation, from_low);
	if (place->conversation->siblings > 1)
		choose(watch, quote->my_discriminator, place);
	return place->conversation != NULL;
}

void watch_icmp(struct watch *watch, const struct sight *sight)
{
	const struct net_datagram *icmp = &sight->datagram;
	bool six = icmp->family == 6;
	uint32_t shortest = ICMP_QUOTE_AT + (six ? (uint32_t)IP6_LENGTH : (uint32_t)IP4_LENGTH);
	struct pydp_replay_event *event;
	struct quote quote;
	struct place place = {0};
	uint8_t kind;

	if (icmp->payload_captured < shortest || icmp->payload[0] != (six ? ICMP6_UNREACHABLE : ICMP_UNREACHABLE))
		return;
	if (!read_quote(icmp->payload + ICMP_QUOTE_AT, icmp->payload_captured - ICMP_QUOTE_AT, icmp->family, &quote))
		return;
	kind = (uint8_t)bfd_kind_of(quote.source_port, quote.destination_port);
	if (!find(watch, sight, kind, &quote, &place))
		return;
	event = watch_tell(watch, sight, &place, PYDP_REPLAY_UNREACHABLE);
	event->reason = icmp->payload[1] == (six ? ICMP6_CODE_PORT : ICMP_CODE_PORT);
	event->kind = kind;
	event->source_port = quote.source_port;
	event->destination_port = quote.destination_port;
}
