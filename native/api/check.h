/* SPDX-License-Identifier: Apache-2.0 */
/* Checks of arguments at the border. Each returns 0 or PYDP_E_INVAL with a sentence. */
#ifndef API_CHECK_H
#define API_CHECK_H
#include <stdint.h>
#include <pydp/address.h>
#include "io/error.h"

#define CHECK(condition, ...)                                        \
	do {                                                         \
		if (!(condition))                                    \
			return error_set(PYDP_E_INVAL, __VA_ARGS__); \
	} while (0)
#define CHECK_POINTER(argument) CHECK((argument) != NULL, "%s: %s is NULL", __func__, #argument)

/* A unicast address that a host can have. what names it in the sentence. */
int check_address(const struct pydp_address *address, const char *what);
/* Family and length; the bits behind the length may be any. */
int check_prefix(const struct pydp_prefix *prefix);
int check_vlan(uint16_t vlan);
/* A name of 1 to 20 characters. */
int check_name(const char *name, const char *what);

#endif
