/* SPDX-License-Identifier: Apache-2.0 */
/* Why a BFD packet is refused: one list with a name and a text for people each. Who finds a fault is elsewhere. */
#ifndef CORE_BFD_FAULT_H
#define CORE_BFD_FAULT_H
#include <stdint.h>

/* X(NAME, kebab-name, text). The first ones stand in the order of RFC 5880 6.8.6, up to ADMIN_DOWN, and counter.h has one counter
 * for each. Who finds each: P bfd_packet_parse, T the table of sessions, S bfd_session_receive, K bfd_kind_check,
 * R path/, V bfd_auth_verify (type and length already bfd_auth_parse), E bfd_echo, N net_datagram (for a datagram whose
 * ports say BFD). */
#define BFD_FAULT_LIST(X)                                                                                              \
	X(VERSION, "version", "version is not 1")                                                              /* P */ \
	X(LENGTH, "length", "Length is below 24, or below 26 with the authentication bit")                     /* P */ \
	X(TRUNCATED, "truncated", "Length exceeds the UDP payload")                                            /* P */ \
	X(MULTIPLIER, "detect-mult", "Detect Mult is zero")                                                    /* P */ \
	X(MULTIPOINT, "multipoint", "Multipoint bit is set")                                                   /* P */ \
	X(MY_DISCRIMINATOR, "my-discriminator", "My Discriminator is zero")                                    /* P */ \
	X(YOUR_DISCRIMINATOR, "your-discriminator", "Your Discriminator is no session of ours")                /* T */ \
	X(ZERO_YOUR_STATE, "zero-your-state", "Your Discriminator is zero in state Init or Up")                /* P */ \
	X(NO_SESSION, "no-session", "Your Discriminator is zero from a peer without a session")                /* T */ \
	X(AUTHENTICATION, "auth", "authentication bit is set and no authentication is in use")                 /* S */ \
	X(UNAUTHENTICATED, "unauthenticated", "authentication bit is clear and authentication is in use")      /* S */ \
	X(AUTH_TYPE, "auth-type", "authentication type is none of RFC 5880's (1 to 5), or not the key's")      /* V */ \
	X(AUTH_KEY_ID, "auth-key-id", "the key chain has no key with this Auth Key ID")                        /* V */ \
	X(AUTH_LENGTH, "auth-length", "Auth Len is wrong for its type, or does not end where the packet does") /* V */ \
	X(AUTH_SEQUENCE, "auth-sequence", "sequence number is outside the window: a replay, or many lost")     /* V */ \
	X(AUTH_DIGEST, "auth-digest", "password or digest is wrong: another key, or a forgery")                /* V */ \
	X(ADMIN_DOWN, "admin-down", "the session is AdminDown here")                                           /* S */ \
	X(TTL, "ttl", "TTL or hop limit is below 255 without authentication")                                  /* K */ \
	X(RX_TTL, "rx-ttl", "TTL or hop limit is below what the multihop session asks for")                    /* R */ \
	X(SBFD_PORTS, "s-bfd-ports", "S-BFD request comes from port 7784, where only replies come from")       /* K */ \
	X(SBFD_DEMAND, "s-bfd-demand", "Demand bit is missing in an S-BFD request, or set in a reply")         /* K */ \
	X(SBFD_STATE, "s-bfd-state", "S-BFD reply says a state other than Up and AdminDown")                   /* K */ \
	X(SBFD_YOUR_DISCRIMINATOR, "s-bfd-your-discriminator", "Your Discriminator is zero in S-BFD")          /* K */ \
	X(SBFD_REFLECTOR, "s-bfd-reflector", "S-BFD reply comes from another reflector than the one asked")    /* S */ \
	X(SBFD_MARTIAN, "s-bfd-martian", "S-BFD request comes from an address that no host can have")          /* R */ \
	X(SBFD_SOURCE, "s-bfd-source", "S-BFD request comes from outside the prefixes that may ask")           /* R */ \
	X(SBFD_RATE, "s-bfd-rate", "S-BFD request is one more than the reflector answers in that time")        /* R */ \
	X(ECHO_FORGED, "echo-forged", "echo says it is ours and is not: wrong length, version or hash")        /* E */ \
	X(ECHO_NOT_AWAITED, "echo-not-awaited", "echo of ours a second time, too late, or after it ended")     /* E */ \
	X(ECHO_UNWANTED, "echo-unwanted", "echo of nobody whose echoes we reflect")                            /* T */ \
	X(ECHO_RATE, "echo-rate", "echo of a peer that sends more than our Required Min Echo RX allows")       /* E */ \
	X(ECHO_TTL, "echo-ttl", "echo to reflect with a TTL or hop limit that ends here")                      /* K */ \
	X(CHECKSUM_UDP, "checksum-udp", "UDP checksum is wrong, or zero over IPv6")                            /* N */ \
	X(CHECKSUM_IP4, "checksum-ip4", "IPv4 header checksum is wrong")                                       /* N */ \
	X(MALFORMED_UDP, "malformed-udp", "UDP length disagrees with the IP length")                           /* N */

enum bfd_fault {
	BFD_ACCEPTED = 0,
#define BFD_FAULT_ENUM(name, kebab, text) BFD_FAULT_##name,
	BFD_FAULT_LIST(BFD_FAULT_ENUM)
#undef BFD_FAULT_ENUM
		BFD_FAULTS
};

/* NULL for BFD_ACCEPTED and for a number that is no fault. */
const char *bfd_fault_name(uint32_t fault);
const char *bfd_fault_text(uint32_t fault);

#endif
