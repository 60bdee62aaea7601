/* SPDX-License-Identifier: Apache-2.0 */
/* The first look at a burst on a port that forwards: untagged IP for our MAC address that is surely not for an address of ours,
 * and whose header passes every check, leaves here, and the rest goes on to be classified. */
#ifndef PATH_SIFT_H
#define PATH_SIFT_H
#include "path/packet.h"

/* The fastest function that this processor has. It fills four and six of transit, and returns how many are left, in rest. Packets of
 * one family stay in order. */
path_sift_function *path_sift_choose(void);

/* Four packets at once; eight, where there is AVX2; and sixteen of IPv4, where there is AVX-512 with VNNI and a quick gather. */
path_sift_function path_sift_four, path_sift_eight, path_sift_sixteen;

#endif
