/* SPDX-License-Identifier: Apache-2.0 */
/* Two engines, a link between them, BFD Up, the link cut, BFD Down.  cc bfd_pair.c $(pkg-config --cflags --libs pydp) */
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <pydp/pydp.h>

static void try(int status)
{
	if (status < 0) {
		fprintf(stderr, "bfd_pair: %s: %s\n", pydp_status_name(status), pydp_last_error());
		exit(1);
	}
}

static pydp_engine_t *make_engine(const char *name, pydp_port_t *port, uint8_t host, uint8_t peer)
{
	struct pydp_session_config session = {.source = {{192, 0, 2, host}, 4, {0}},
					      .destination = {{192, 0, 2, peer}, 4, {0}}};
	pydp_engine_t *engine;

	session.local_multiplier = 3;
	session.desired_min_tx_us = session.required_min_rx_us = 50000;
	try(pydp_engine_create(&(struct pydp_engine_config){.name = name}, &engine));
	try(pydp_engine_attach(engine, port, &session.port));
	try(pydp_engine_address_add(engine, session.port, 0, &session.source, 24));
	try(pydp_session_upsert(engine, &session, NULL));
	try(pydp_engine_start(engine, &(struct pydp_worker_config){.cpu = -1}));
	return engine;
}

static void wait_for(pydp_engine_t *engine, uint8_t state)
{
	static const char *const names[] = {"AdminDown", "Down", "Init", "Up"};
	struct pydp_event event = {.new_state = 0xff};
	uint32_t count;
	int fd;
	try(pydp_event_fd(engine, &fd));
	while (event.type != PYDP_EVENT_STATE || event.new_state != state) {
		if (pydp_event_arm(engine) == 0 && poll(&(struct pollfd){fd, POLLIN, 0}, 1, 10000) == 0)
			exit(2);
		try(pydp_event_drain(engine, &event, 1, &count));
		if (count == 1 && event.type == PYDP_EVENT_STATE)
			printf("%s -> %s, last hello %.1f ms ago\n", names[event.old_state], names[event.new_state],
			       event.last_rx_ns ? (double)(event.time_ns - event.last_rx_ns) / 1e6 : 0.0);
	}
}

int main(void)
{
	const char *eal[] = {"bfd_pair", "--no-huge", "--no-shconf", "--no-pci", "-m", "256"};
	pydp_port_t *a, *b;
	try(pydp_eal_init(6, eal));
	try(pydp_link_create(&(struct pydp_link_config){.name = "cable"}, &a, &b));
	pydp_engine_t *left = make_engine("left", a, 1, 2), *right = make_engine("right", b, 2, 1);
	wait_for(left, PYDP_BFD_UP);
	try(pydp_port_cut(b, 1));
	wait_for(left, PYDP_BFD_DOWN);
	return pydp_engine_destroy(left) | pydp_engine_destroy(right);
}
