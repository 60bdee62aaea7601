/* SPDX-License-Identifier: Apache-2.0 */
/* Frames of the far ends: built for a session, made right where the input asks for it, and put onto the cable in buffers in which a
 * sanitizer sees each octet that is read behind the end. */
#include <sanitizer/asan_interface.h>
#include "sign.h"
#include "world.h"
#include "core/checksum.h"

enum { ECHO_AT_LEAST = BFD_ECHO_LENGTH, MINE_AT = 4, YOURS_AT = 8, SEQUENCE_AT = 28, PADDED = 64, PEER_PORT = 50000 };

struct layers {
	uint8_t *ip, *payload; /* behind UDP's or, of ICMPv6, at its header */
	uint32_t room;         /* octets of the frame from payload on */
	uint8_t family, protocol;
};

/* As far as the headers go; nothing of them is believed. */
static bool find_layers(struct frame *frame, struct layers *layers)
{
	uint32_t at = ETHER_LENGTH, header;
	uint16_t type;

	if (frame->length < ETHER_LENGTH + VLAN_LENGTH)
		return false;
	type = load16(frame->octets + ETHER_TYPE_AT);
	if (type == TYPE_VLAN) {
		at += VLAN_LENGTH;
		type = load16(frame->octets + ETHER_TYPE_AT + VLAN_LENGTH);
	}
	if ((type != TYPE_IP4 && type != TYPE_IP6) || frame->length < at + IP4_LENGTH)
		return false;
	layers->ip = frame->octets + at;
	layers->family = type == TYPE_IP4 ? 4 : 6;
	header = type == TYPE_IP4 ? (layers->ip[0] & 15u) * 4 : IP6_LENGTH;
	layers->protocol = layers->ip[type == TYPE_IP4 ? (uint32_t)IP4_PROTOCOL_AT : (uint32_t)IP6_NEXT_AT];
	at += header + (layers->protocol == PROTOCOL_UDP ? UDP_LENGTH : 0);
	if (header < IP4_LENGTH || frame->length < at ||
	    (layers->protocol != PROTOCOL_UDP && layers->protocol != PROTOCOL_ICMP6))
		return false;
	layers->payload = frame->octets + at;
	layers->room = frame->length - at;
	return true;
}

const uint8_t *frame_payload(const struct frame *frame, uint32_t *length)
{
	struct layers layers;

	if (!find_layers((struct frame *)(uintptr_t)frame, &layers) || layers.protocol != PROTOCOL_UDP)
		return NULL;
	*length = layers.room;
	return layers.payload;
}

/* The checksum of what is behind the IP header, at the given place in it. */
static void sum_transport(const struct layers *layers, uint8_t *from, uint16_t length, uint32_t at)
{
	const uint8_t *addresses = layers->ip + (layers->family == 4 ? IP4_SOURCE_AT : IP6_SOURCE_AT);
	uint16_t checksum;

	store16(from + at, 0);
	checksum = checksum_finish(
		checksum_add(checksum_pseudo(addresses, layers->family, layers->protocol, length), checksum_sum(from, length)));
	memcpy(from + at, &checksum, sizeof(checksum));
}

static void fix_sums(const struct layers *layers)
{
	uint8_t *udp = layers->payload - UDP_LENGTH;
	uint16_t checksum, length;

	if (layers->protocol == PROTOCOL_UDP) {
		length = load16(udp + UDP_LENGTH_AT);
		if (length >= UDP_LENGTH && length <= layers->room + UDP_LENGTH)
			sum_transport(layers, udp, length, UDP_CHECKSUM_AT);
	} else if (layers->family == 6 && layers->room >= 4) {
		length = load16(layers->ip + IP6_PAYLOAD_AT);
		if (length >= 4 && length <= layers->room)
			sum_transport(layers, layers->payload, length, 2);
	}
	if (layers->family == 4) {
		store16(layers->ip + IP4_CHECKSUM_AT, 0);
		checksum = (uint16_t)~checksum_sum(layers->ip, (layers->ip[0] & 15u) * 4);
		memcpy(layers->ip + IP4_CHECKSUM_AT, &checksum, sizeof(checksum));
	}
}

static void store64(uint8_t *out, uint64_t value)
{
	bfd_store32(out, (uint32_t)(value >> 32));
	bfd_store32(out + 4, (uint32_t)value);
}

/* With the key of the engine, which no far end has: what else only an echo of ours that comes back would reach. */
static void mark_echo(const struct world *world, uint32_t slot, uint8_t *payload, uint32_t length)
{
	if (length >= BFD_ECHO_DISCRIMINATOR_AT + 4 && world->engine->sessions.cold[slot].kind == BFD_KIND_ECHO)
		bfd_store32(payload + BFD_ECHO_DISCRIMINATOR_AT, world->engine->sessions.hot[slot].local_discriminator);
	if (length < ECHO_AT_LEAST)
		return;
	bfd_store32(payload + BFD_ECHO_DISCRIMINATOR_AT, world->engine->sessions.hot[slot].local_discriminator);
	store64(payload + ECHO_AT_LEAST - 8, siphash(&world->engine->sessions.echo_key, payload, ECHO_AT_LEAST - 8));
}

/* The session's last sequence number and what stands there, so that a play need not know it. */
static void fix_section(const struct world *world, uint32_t slot, uint8_t fixes, uint8_t *packet, uint32_t length)
{
	const struct pydp_key *key = world_key(world, slot, packet, length);

	if (fixes & FIX_SEQUENCE && length >= SEQUENCE_AT + 4)
		bfd_store32(packet + SEQUENCE_AT,
			    world->engine->sessions.extra[slot].auth.receive_sequence + bfd_load32(packet + SEQUENCE_AT));
	if (fixes & FIX_SIGN && key != NULL)
		sign_packet(key, packet, length);
}

/* As the peer does; what an unaffiliated echo brings back is of our own. */
static void name_session(const struct world *world, uint32_t slot, uint8_t *packet)
{
	uint32_t discriminator = world->engine->sessions.hot[slot].local_discriminator;

	if (world->engine->sessions.cold[slot].kind == BFD_KIND_ECHO)
		bfd_store32(packet + MINE_AT, discriminator);
	bfd_store32(packet + YOURS_AT, discriminator);
}

void frame_fix(const struct world *world, struct frame *frame, uint32_t which, uint8_t fixes)
{
	uint32_t slot = world_slot(world, which);
	struct layers layers;

	if (fixes & FIX_MAC && frame->length >= ETHER_LENGTH)
		memcpy(frame->octets, world->near[frame->port]->mac.octets, 6);
	if (!find_layers(frame, &layers))
		return;
	if (layers.protocol == PROTOCOL_UDP && slot != PATH_NONE) {
		if (fixes & FIX_YOURS && layers.room >= YOURS_AT + 4)
			name_session(world, slot, layers.payload);
		if (fixes & FIX_ECHO)
			mark_echo(world, slot, layers.payload, layers.room);
		fix_section(world, slot, fixes, layers.payload, layers.room);
	}
	if (fixes & FIX_SUMS)
		fix_sums(&layers);
}

static uint8_t *write_ip(uint8_t *out, const struct path_session *peer, const uint8_t *from, uint8_t ttl, uint32_t length)
{
	if (peer->family == 4) {
		memset(out, 0, IP4_LENGTH);
		out[0] = 0x45;
		store16(out + IP4_TOTAL_AT, (uint16_t)(IP4_LENGTH + length));
		out[IP4_TTL_AT] = ttl;
		out[IP4_PROTOCOL_AT] = PROTOCOL_UDP;
		memcpy(out + IP4_SOURCE_AT, from, 4);
		memcpy(out + IP4_DESTINATION_AT, peer->local, 4);
		return out + IP4_LENGTH;
	}
	memset(out, 0, IP6_LENGTH);
	out[0] = 0x60;
	store16(out + IP6_PAYLOAD_AT, (uint16_t)length);
	out[IP6_NEXT_AT] = PROTOCOL_UDP;
	out[IP6_HOP_LIMIT_AT] = ttl;
	memcpy(out + IP6_SOURCE_AT, from, 16);
	memcpy(out + IP6_DESTINATION_AT, peer->local, 16);
	return out + IP6_LENGTH;
}

static void write_ports(uint8_t *udp, const struct path_session *peer, uint8_t fixes)
{
	if (fixes & FIX_ECHO) {
		store16(udp, PEER_PORT);
		store16(udp + 2, BFD_UDP_PORT_ECHO);
	} else if (peer->kind == BFD_KIND_SBFD_REPLY) {
		store16(udp, BFD_UDP_PORT_SBFD);
		store16(udp + 2, peer->source_port);
	} else {
		store16(udp, PEER_PORT);
		store16(udp + 2, bfd_kind_port((enum bfd_kind)peer->kind));
	}
}

void frame_say(const struct world *world, struct frame *frame, uint32_t which, uint8_t fixes, uint8_t ttl,
	       const uint8_t *payload, uint32_t length)
{
	static const struct pydp_mac peer_mac = {{2, 0, 0, 0, 0, 0x99}};
	uint32_t slot = world_slot(world, which);
	const struct path_session *cold = &world->engine->sessions.cold[slot];
	const uint8_t *from;
	uint8_t *at;

	frame->length = 0;
	if (slot == PATH_NONE)
		return;
	frame->port = cold->port;
	from = cold->kind == BFD_KIND_ECHO ? cold->local
	       : fixes & FIX_ECHO          ? world->engine->sessions.extra[slot].echo_source
					   : cold->remote;
	at = ether_write(frame->octets, world->near[cold->port]->mac.octets, &peer_mac, fixes & FIX_STRIPPED ? 0 : cold->vlan,
			 cold->family == 4 ? TYPE_IP4 : TYPE_IP6);
	at = write_ip(at, cold, from, ttl, UDP_LENGTH + length);
	write_ports(at, cold, fixes);
	store16(at + UDP_LENGTH_AT, (uint16_t)(UDP_LENGTH + length));
	store16(at + UDP_CHECKSUM_AT, 0);
	memcpy(at + UDP_LENGTH, payload, length);
	frame->length = (uint32_t)(at + UDP_LENGTH + length - frame->octets);
	frame_fix(world, frame, which, fixes | FIX_SUMS);
}

/* An answer may be written into the question's buffer and be longer than it: ARP is padded, a tag is put back. */
static uint32_t may_grow_to(const struct frame *frame, uint8_t fixes)
{
	uint32_t arp_at = ETHER_LENGTH;
	uint16_t type = frame->length > ETHER_LENGTH ? load16(frame->octets + ETHER_TYPE_AT) : 0;

	if (type == TYPE_VLAN && frame->length > ETHER_LENGTH + VLAN_LENGTH) {
		arp_at += VLAN_LENGTH;
		type = load16(frame->octets + ETHER_TYPE_AT + VLAN_LENGTH);
	}
	/* One that is cut short is no question. */
	if (type == TYPE_ARP && frame->length >= arp_at + ARP_LENGTH)
		return RTE_MAX(frame->length, (uint32_t)PADDED);
	return frame->length + (fixes & FIX_STRIPPED ? VLAN_LENGTH : 0);
}

void frame_send(struct world *world, const struct frame *frame, uint8_t fixes)
{
	struct rte_mbuf *mbuf = rte_pktmbuf_alloc(world->pool), *more;
	uint32_t end = may_grow_to(frame, fixes);
	uint8_t *octets;

	CLAIM(mbuf != NULL && frame->length <= FRAME_MOST);
	ASAN_UNPOISON_MEMORY_REGION(mbuf->buf_addr, mbuf->buf_len);
	octets = rte_pktmbuf_mtod(mbuf, uint8_t *);
	memcpy(octets, frame->octets, frame->length);
	memset(octets + frame->length, 0xa5, end - frame->length);
	mbuf->data_len = (uint16_t)frame->length;
	mbuf->pkt_len = frame->length;
	ASAN_POISON_MEMORY_REGION(octets + end, mbuf->buf_len - mbuf->data_off - end);
	if (fixes & FIX_STRIPPED) {
		mbuf->ol_flags |= RTE_MBUF_F_RX_VLAN | RTE_MBUF_F_RX_VLAN_STRIPPED;
		mbuf->vlan_tci = WORLD_VLAN;
	}
	if (fixes & FIX_SEGMENTED) {
		more = rte_pktmbuf_alloc(world->pool);
		CLAIM(more != NULL && rte_pktmbuf_chain(mbuf, more) == 0);
	}
	CLAIM(port_transmit(world->far[frame->port], 0, &mbuf, 1) == 1);
}
