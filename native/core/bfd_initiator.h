/* SPDX-License-Identifier: Apache-2.0 */
/* The S-BFD initiator (RFC 7880 section 7.3): a struct bfd_session with BFD_FEATURE_INITIATOR, which asks a reflector whose
 * discriminator it knows beforehand. Down -Up-> Up, Up -AdminDown, timer-> Down; nothing is negotiated. Its packets have D and
 * RequiredMinRx 0, which is its configuration's. */
#ifndef CORE_BFD_INITIATOR_H
#define CORE_BFD_INITIATOR_H
#include "bfd_session.h"

/* A reply that bfd_kind_check accepted, to this session. Everything else is bfd_session's. */
enum bfd_fault bfd_initiator_receive(struct bfd_session *session, const struct bfd_packet *packet, uint64_t now_ns,
				     struct rng *rng, struct bfd_actions *actions);

#endif
