/* SPDX-License-Identifier: Apache-2.0 */
/* Questions to the worker and its answers, over two rings. Both sides spin a little and then sleep on an eventfd. */
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/eventfd.h>
#include <unistd.h>
#include <rte_errno.h>
#include <rte_pause.h>
#include <rte_ring_elem.h>
#include "engine/engine.h"
#include "io/eal.h"
#include "io/error.h"

enum { PLACES = 8, SPINS = 2000, PATIENCE_MS = 5000 };

static struct rte_ring *make_ring(const char *what, uint32_t element)
{
	char name[RTE_RING_NAMESIZE];

	snprintf(name, sizeof(name), "pydp-%s-%u", what, eal_unique());
	return rte_ring_create_elem(name, element, PLACES, SOCKET_ID_ANY, RING_F_SP_ENQ | RING_F_SC_DEQ);
}

int mailbox_create(struct pydp_engine *engine)
{
	struct mailbox *mailbox = &engine->mailbox;

	mailbox->wake_fd = eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);
	mailbox->answer_fd = eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);
	if (mailbox->wake_fd < 0 || mailbox->answer_fd < 0)
		return error_set(PYDP_E_SYSTEM, "no eventfd for the engine: raise the limit of open files (ulimit -n)");
	mailbox->commands = make_ring("ask", sizeof(struct command));
	mailbox->replies = make_ring("say", sizeof(struct reply));
	if (mailbox->commands == NULL || mailbox->replies == NULL)
		return error_set(PYDP_E_NOMEM, "no memory for the engine's command rings (%s)", rte_strerror(rte_errno));
	return PYDP_OK;
}

void mailbox_destroy(struct pydp_engine *engine)
{
	struct mailbox *mailbox = &engine->mailbox;

	rte_ring_free(mailbox->commands);
	rte_ring_free(mailbox->replies);
	if (mailbox->wake_fd >= 0)
		close(mailbox->wake_fd);
	if (mailbox->answer_fd >= 0)
		close(mailbox->answer_fd);
}

static void signal_fd(int fd)
{
	uint64_t one = 1;

	if (write(fd, &one, sizeof(one)) < 0)
		return; /* the counter is at its maximum: readable in any case */
}

void mailbox_wake(struct pydp_engine *engine)
{
	atomic_thread_fence(memory_order_seq_cst);
	if (atomic_exchange(&engine->mailbox.asleep, 0) != 0)
		signal_fd(engine->mailbox.wake_fd);
}

uint32_t mailbox_serve(struct pydp_engine *engine)
{
	struct mailbox *mailbox = &engine->mailbox;
	struct command command;
	struct reply reply;
	uint32_t served = 0;

	if (likely(rte_ring_empty(mailbox->commands)))
		return 0;
	while (served < PLACES && rte_ring_sc_dequeue_elem(mailbox->commands, &command, sizeof(command)) == 0) {
		command_execute(engine, &command, &reply);
		if (command.kind == COMMAND_KEY_CHAIN_SET)
			explicit_bzero(&command.key_chain, sizeof(command.key_chain));
		reply.sequence = command.sequence;
		served++;
		/* The control thread reads one answer a question, so there is room; one that gave up reads it later. */
		rte_ring_sp_enqueue_elem(mailbox->replies, &reply, sizeof(reply));
	}
	stat_add(&engine->stats.commands, served);
	atomic_thread_fence(memory_order_seq_cst);
	if (atomic_load_explicit(&mailbox->waiting, memory_order_relaxed) != 0 && atomic_exchange(&mailbox->waiting, 0) != 0)
		signal_fd(mailbox->answer_fd);
	return served;
}

/* Answers to questions that were given up are skipped. */
static bool take_reply(struct mailbox *mailbox, struct reply *reply)
{
	while (rte_ring_sc_dequeue_elem(mailbox->replies, reply, sizeof(*reply)) == 0)
		if (reply->sequence == mailbox->sequence)
			return true;
	return false;
}

static bool await_reply(struct mailbox *mailbox, struct reply *reply)
{
	uint64_t deadline_ns, now_ns, count;
	struct pollfd fd = {.fd = mailbox->answer_fd, .events = POLLIN};

	for (int i = 0; i < SPINS; i++) {
		if (take_reply(mailbox, reply))
			return true;
		rte_pause();
	}
	deadline_ns = clock_monotonic_ns() + PATIENCE_MS * UINT64_C(1000000);
	while ((now_ns = clock_monotonic_ns()) < deadline_ns) {
		atomic_store(&mailbox->waiting, 1);
		atomic_thread_fence(memory_order_seq_cst);
		if (take_reply(mailbox, reply))
			break;
		poll(&fd, 1, (int)((deadline_ns - now_ns) / 1000000u) + 1);
		if (read(mailbox->answer_fd, &count, sizeof(count)) < 0)
			count = 0; /* timed out, or interrupted */
	}
	atomic_store(&mailbox->waiting, 0);
	return now_ns < deadline_ns || take_reply(mailbox, reply);
}

/* The ring keeps what went through it until other commands take the place. It is empty: the answer came. */
static void scrub(struct mailbox *mailbox)
{
	if (rte_ring_empty(mailbox->commands))
		explicit_bzero(&mailbox->commands[1], rte_ring_get_size(mailbox->commands) * sizeof(struct command));
}

static int ask_worker(struct pydp_engine *engine, struct command *command, struct reply *reply)
{
	command->sequence = ++engine->mailbox.sequence;
	/* Answers that nobody waited for must not take the new one's place. */
	take_reply(&engine->mailbox, reply);
	if (rte_ring_sp_enqueue_elem(engine->mailbox.commands, command, sizeof(*command)) != 0)
		return error_set(PYDP_E_TIMEOUT, "the worker of engine %s has not answered for long: is its CPU taken?",
				 engine->name);
	mailbox_wake(engine);
	if (!await_reply(&engine->mailbox, reply))
		return error_set(PYDP_E_TIMEOUT, "the worker of engine %s did not answer within %d s: is its CPU taken?",
				 engine->name, PATIENCE_MS / 1000);
	if (command->kind == COMMAND_KEY_CHAIN_SET)
		scrub(&engine->mailbox);
	return reply->status == PYDP_OK ? PYDP_OK : error_set(reply->status, "%s", reply->reason);
}

int mailbox_ask(struct pydp_engine *engine, struct command *command, struct reply *reply)
{
	if (atomic_load(&engine->running))
		return ask_worker(engine, command, reply);
	if (engine->has_run)
		turn_begin(engine, clock_monotonic_ns());
	command_execute(engine, command, reply);
	turn_flush(engine);
	events_signal(engine);
	engine->events.signalled = false;
	stat_add(&engine->stats.commands, 1);
	return reply->status;
}
