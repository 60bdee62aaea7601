/* SPDX-License-Identifier: Apache-2.0 */
/* Everything in libpydp: a DPDK-backed packet processor that runs BFD. Link with: pkg-config --cflags --libs pydp */
#ifndef PYDP_PYDP_H
#define PYDP_PYDP_H

#include <pydp/address.h>
#include <pydp/burst.h>
#include <pydp/capture.h>
#include <pydp/eal.h>
#include <pydp/engine.h>
#include <pydp/event.h>
#include <pydp/forward.h>
#include <pydp/generate.h>
#include <pydp/hellos.h>
#include <pydp/host.h>
#include <pydp/key_chain.h>
#include <pydp/lan.h>
#include <pydp/link_quality.h>
#include <pydp/nexthop.h>
#include <pydp/port.h>
#include <pydp/reflector.h>
#include <pydp/replay.h>
#include <pydp/route.h>
#include <pydp/session.h>
#include <pydp/stats.h>
#include <pydp/status.h>

#endif
