/* SPDX-License-Identifier: Apache-2.0 */
/* Authentication sections of a peer, made and checked without the code under test. packet: length octets of UDP payload. */
#ifndef SIGN_H
#define SIGN_H
#include <stdbool.h>
#include <stdint.h>
#include <pydp/key_chain.h>

/* Of the type that the packet says, where its lengths are right for that; the sequence number stays as it is. */
void sign_packet(const struct pydp_key *key, uint8_t *packet, uint32_t length);
/* Length, type, key ID and password or digest are those of the key. */
bool sign_is_genuine(const struct pydp_key *key, bool meticulous, const uint8_t *packet, uint32_t length);

#endif
