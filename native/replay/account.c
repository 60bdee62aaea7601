/* SPDX-License-Identifier: Apache-2.0 */
/* The watch's state as the records of the public header. */
#include "replay/timing.h"
#include "replay/watch.h"

static void account_end(const struct watch *watch, const struct conversation *conversation, uint8_t number,
			struct pydp_replay_end *out)
{
	const struct conversation_end *end = &conversation->ends[number];

	memcpy(out->address, conversation_address(conversation, number), 16);
	out->malformed = end->malformed;
	out->echoes = echoes_of(&watch->echoes, watch->conversations.seed, conversation, number);
	if (!end_heard(end))
		return;
	out->first_packet = end->first_packet;
	out->last_packet = end->last_packet;
	out->first_ns = end->first_ns;
	out->last_ns = end->last_ns;
	out->packets = end->packets;
	out->polls = end->polls;
	out->finals = end->finals;
	out->late = end->late;
	out->detection_us = timing_detection_us(conversation, !number);
	out->interval_us = timing_interval_us(conversation, number);
	out->discriminator = bfd_load32(end->last + 4);
	out->desired_min_tx_us = end_desired_min_tx_us(end);
	out->required_min_rx_us = end_required_min_rx_us(end);
	out->required_min_echo_rx_us = end_required_min_echo_rx_us(end);
	out->port = end->port;
	out->state = end_state(end);
	out->first_state = end->first_state;
	out->diagnostic = end_diagnostic(end);
	out->multiplier = end_multiplier(end);
	out->flags = end_flags(end);
	out->auth_type = end->auth_type;
	out->auth_key_id = end->auth_key_id;
	out->ttl = end->ttl;
	gaps_fill(&watch->gaps, &end->up, &out->up);
	gaps_fill(&watch->gaps, &end->rest, &out->rest);
}

void account_session(const struct watch *watch, uint32_t index, struct pydp_replay_session *session)
{
	const struct conversation *conversation = conversations_at(&watch->conversations, index);

	memset(session, 0, sizeof(*session));
	session->index = index;
	session->interface = conversation->key.interface;
	session->link_index = conversation->key.link_index;
	session->vlan = conversation->key.vlan;
	session->kind = conversation->key.kind;
	session->family = conversation->key.family;
	for (uint8_t end = 0; end < 2; end++)
		account_end(watch, conversation, end, &session->ends[end]);
}

static void account_file(const struct watch *watch, struct pydp_replay_totals *totals)
{
	const struct capfile_interface *first = capfile_interface(watch->file, 0);

	totals->format = capfile_format(watch->file);
	totals->interfaces = capfile_interfaces(watch->file);
	for (uint32_t i = 0; i < totals->interfaces; i++)
		totals->dropped += capfile_interface(watch->file, i)->dropped;
	if (first == NULL)
		return;
	totals->link_type = first->link_type;
	totals->nanosecond = first->nanosecond;
	totals->snap_length = first->snap_length;
}

void account_totals(const struct watch *watch, struct pydp_replay_totals *totals)
{
	memset(totals, 0, sizeof(*totals));
	account_file(watch, totals);
	totals->consumed = watch->consumed;
	totals->packets = watch->number;
	totals->first_ns = watch->first_ns;
	totals->last_ns = watch->now_ns;
	totals->backwards = watch->backwards;
	totals->without_time = watch->without_time;
	totals->single_hop = watch->kinds[PYDP_REPLAY_SINGLE_HOP];
	totals->multihop = watch->kinds[PYDP_REPLAY_MULTIHOP];
	totals->micro = watch->kinds[PYDP_REPLAY_MICRO];
	totals->sbfd = watch->kinds[PYDP_REPLAY_SBFD_REQUEST] + watch->kinds[PYDP_REPLAY_SBFD_REPLY];
	totals->echo = watch->seen[SIGHT_ECHO];
	totals->malformed = watch->seen[SIGHT_MALFORMED];
	totals->snapped = watch->seen[SIGHT_SNAPPED];
	totals->unfollowed = watch->unfollowed;
	totals->echo_unfollowed = watch->echoes.unfollowed;
	totals->unmeasured = watch->gaps.unmeasured;
	totals->arp = watch->seen[SIGHT_ARP];
	totals->icmp = watch->seen[SIGHT_ICMP];
	totals->icmp6 = watch->seen[SIGHT_ICMP6];
	totals->tcp = watch->seen[SIGHT_TCP];
	totals->udp = watch->seen[SIGHT_UDP];
	totals->other_ip = watch->seen[SIGHT_OTHER_IP];
	totals->fragments = watch->seen[SIGHT_FRAGMENT];
	totals->malformed_ip = watch->seen[SIGHT_MALFORMED_IP];
	totals->other_ethertype = watch->seen[SIGHT_OTHER_ETHERTYPE];
	totals->unknown_link = watch->seen[SIGHT_UNKNOWN_LINK];
	totals->sessions = watch->conversations.count;
	totals->echo_streams = watch->echoes.count;
}

static void account_addresses(const struct net_datagram *datagram, struct pydp_replay_packet *packet)
{
	size_t size = datagram->family == 4 ? 4 : 16;

	memcpy(packet->source, datagram->source, size);
	memcpy(packet->destination, datagram->destination, size);
	packet->source_port = datagram->source_port;
	packet->destination_port = datagram->destination_port;
	packet->family = datagram->family;
	packet->ttl = datagram->ttl;
}

static void account_bfd(const struct sight *sight, struct pydp_replay_packet *packet)
{
	packet->my_discriminator = sight->bfd.my_discriminator;
	packet->your_discriminator = sight->bfd.your_discriminator;
	packet->desired_min_tx_us = sight->bfd.desired_min_tx_us;
	packet->required_min_rx_us = sight->bfd.required_min_rx_us;
	packet->required_min_echo_rx_us = sight->bfd.required_min_echo_rx_us;
	packet->auth_sequence = sight->auth.sequence;
	packet->state = sight->bfd.state;
	packet->diagnostic = sight->bfd.diagnostic;
	packet->flags = sight->bfd.flags;
	packet->multiplier = sight->bfd.multiplier;
	packet->auth_type = sight->auth.type;
	packet->auth_key_id = sight->auth.key_id;
}

void account_packet(const struct watch *watch, const struct sight *sight, const struct place *place, int64_t gap_ns,
		    struct pydp_replay_packet *packet)
{
	memset(packet, 0, sizeof(*packet));
	packet->number = watch->number;
	packet->time_ns = watch->now_ns;
	packet->gap_ns = gap_ns;
	packet->at = (uint64_t)(sight->packet.data - watch->data);
	packet->captured = sight->packet.captured;
	packet->length = sight->packet.length;
	packet->session = place->conversation == NULL ? NO_CONVERSATION : place->index;
	packet->end = place->conversation == NULL ? 0 : place->end;
	packet->interface = sight->packet.interface;
	packet->link_index = sight->frame.link_index;
	packet->link_type = sight->packet.link_type;
	packet->vlan = sight->frame.vlan;
	packet->vlans = sight->frame.vlans;
	packet->network_at = (uint16_t)sight->frame.network_at;
	packet->payload_at = (uint16_t)(sight->datagram.payload - sight->packet.data);
	packet->kind = sight->kind;
	packet->fault = sight->fault;
	account_addresses(&sight->datagram, packet);
	if (sight->what == SIGHT_CONTROL)
		account_bfd(sight, packet);
}
