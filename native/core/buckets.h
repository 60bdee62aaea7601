/* SPDX-License-Identifier: Apache-2.0 */
/* The buckets of a group of next hops: which member has which, by weight. A flow belongs to a bucket for ever; so whoever shares
 * them anew moves as few as the weights allow (RFC 2992 looks at what other ways disrupt). */
#ifndef CORE_BUCKETS_H
#define CORE_BUCKETS_H
#include <stdint.h>

enum { BUCKETS = 256, BUCKET_MEMBERS = 64, BUCKET_FREE = 255 };

/* owners: by bucket the number of its member, BUCKET_FREE for none; rewritten. weights: of at most BUCKET_MEMBERS members, each 1
 * to 65535. Each member gets its share, rounded by largest remainder and at least one; a bucket changes hands only when its
 * owner has too many. No members: all become free. */
void buckets_share(const uint32_t *weights, uint32_t members, uint8_t owners[BUCKETS]);

#endif
