/* SPDX-License-Identifier: Apache-2.0 */
/* What ip_check.h and icmp.h decide about a packet in transit, in words for who asks about that one. Costs nothing elsewhere. */
#ifndef CORE_IP_CLAUSE_H
#define CORE_IP_CLAUSE_H
#include <stdint.h>

/* The first clause that the header fails, NULL where ip4_check or ip6_check says IP_FORWARD. family: 4 or 6; available: octets from
 * the header's start to the frame's end. */
const char *ip_clause(uint8_t family, const uint8_t *header, uint32_t available);

/* What about the packet itself forbids an ICMP error about it; NULL where icmp4_may_tell or icmp6_may_tell allows one, or the header
 * has no shape. */
const char *ip_silence(uint8_t family, const uint8_t *header, uint32_t available);

#endif
