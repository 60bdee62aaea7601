/* SPDX-License-Identifier: Apache-2.0 */
/* Addresses as they cross the boundary. */
#ifndef PYDP_ADDRESS_H
#define PYDP_ADDRESS_H
#include <stdint.h>

/* family is 4 or 6 (0: none); an IPv4 address is in the first four octets, network order, the rest zero. */
struct pydp_address {
	uint8_t octets[16];
	uint8_t family;
	uint8_t reserved[3];
};

struct pydp_prefix {
	struct pydp_address address; /* bits behind the prefix are not looked at */
	uint8_t length;
	uint8_t reserved[3];
};

struct pydp_mac {
	uint8_t octets[6];
};

#endif
