/* SPDX-License-Identifier: Apache-2.0 */
/* Is an argument an address, a VLAN, a name? */
#include <string.h>
#include "api/check.h"

enum { NAME_LENGTH = 20, VLAN_LAST = 4094 };

int check_address(const struct pydp_address *address, const char *what)
{
	static const uint8_t zero[16];

	CHECK(address->family == 4 || address->family == 6, "%s: family is %u, and must be 4 or 6", what, address->family);
	CHECK(memcmp(address->octets, zero, 16) != 0, "%s is the unspecified address", what);
	if (address->family == 6) {
		CHECK(address->octets[0] != 0xff, "%s is a multicast address", what);
		return PYDP_OK;
	}
	CHECK(memcmp(address->octets + 4, zero, 12) == 0, "%s: the twelve octets behind an IPv4 address must be zero", what);
	CHECK(address->octets[0] < 224, "%s is a multicast, reserved or broadcast address", what);
	return PYDP_OK;
}

int check_prefix(const struct pydp_prefix *prefix)
{
	CHECK(prefix->address.family == 4 || prefix->address.family == 6, "a prefix has family %u: 4 or 6",
	      prefix->address.family);
	CHECK(prefix->length <= (prefix->address.family == 4 ? 32 : 128), "prefix length %u is too long for IPv%u",
	      prefix->length, prefix->address.family);
	return PYDP_OK;
}

int check_vlan(uint16_t vlan)
{
	CHECK(vlan <= VLAN_LAST, "VLAN %u does not exist: 1 to %u, or 0 for untagged", vlan, VLAN_LAST);
	return PYDP_OK;
}

int check_name(const char *name, const char *what)
{
	CHECK(name != NULL, "%s has no name", what);
	CHECK(name[0] != '\0' && strlen(name) <= NAME_LENGTH, "the name of %s must have 1 to %u characters: \"%s\"", what,
	      NAME_LENGTH, name);
	return PYDP_OK;
}
