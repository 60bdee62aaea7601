/* SPDX-License-Identifier: Apache-2.0 */
/* The Echo function's clockwork. Time and randomness are arguments. */
#include "bfd_echo.h"
#include "mutant.h"

enum { VERSION = 1, SEQUENCE_AT = 8, TIME_AT = 16, HASH_AT = 24 };

static void store64(uint8_t *out, uint64_t value)
{
	bfd_store32(out, (uint32_t)(value >> 32));
	bfd_store32(out + 4, (uint32_t)value);
}

static uint64_t load64(const uint8_t *in)
{
	return (uint64_t)bfd_load32(in) << 32 | bfd_load32(in + 4);
}

void bfd_echo_init(struct bfd_echo *echo)
{
	*echo = (struct bfd_echo){.next_tx_ns = BFD_NEVER, .full_ns = BFD_NEVER};
}

bool bfd_echo_configure(struct bfd_echo *echo, const struct bfd_echo_config *config)
{
	bool tell = echo->required_min_rx_us != config->required_min_rx_us;

	echo->desired_min_tx_us = config->desired_min_tx_us;
	echo->required_min_rx_us = config->required_min_rx_us;
	echo->session_min_rx_us = config->session_min_rx_us;
	if (echo->required_min_rx_us != 0 && (echo->reflect_us == 0 || echo->required_min_rx_us < echo->reflect_us))
		echo->reflect_us = echo->required_min_rx_us;
	if (echo->multiplier != config->multiplier)
		echo->full_ns = BFD_NEVER;
	echo->multiplier = config->multiplier;
	return tell;
}

void bfd_echo_told(struct bfd_echo *echo)
{
	echo->reflect_us = echo->required_min_rx_us;
}

/* 75-100 % of the interval, 75-90 % at Detect Mult 1, as 6.8.7 says of control packets and 6.8.9 allows for echoes. The
 * peer's own limit holds less that jitter. */
static uint64_t interval_ns(const struct bfd_echo *echo)
{
	uint64_t longest = echo->multiplier == 1 ? 900 : 1000;

	return echo->interval_us * longest - (echo->interval_us * (longest - 750) * echo->jitter >> 16);
}

uint32_t bfd_echo_follow(struct bfd_echo *echo, uint8_t state, uint64_t now_ns, struct rng *rng)
{
	uint32_t interval_us = 0;
	uint64_t soonest_ns;

	if ((state == PYDP_BFD_UP || MUTANT(131)) && echo->desired_min_tx_us != 0 &&
	    (echo->remote_required_min_rx_us != 0 || MUTANT(132)))
		interval_us = echo->desired_min_tx_us > echo->remote_required_min_rx_us ? echo->desired_min_tx_us
											: echo->remote_required_min_rx_us;
	if (MUTANT(133) && interval_us != 0)
		interval_us = echo->desired_min_tx_us;
	if (MUTANT(110) && interval_us == 0)
		return 0;
	if (interval_us == echo->interval_us)
		return 0;
	/* What is out when the interval changes is waited for anew, by the new one. */
	if (echo->interval_us != 0 && interval_us != 0) {
		bfd_echo_forgive(echo, now_ns);
	} else {
		echo->unanswered = 0;
		echo->full_ns = BFD_NEVER;
	}
	echo->interval_us = interval_us;
	if (interval_us == 0) {
		echo->next_tx_ns = BFD_NEVER;
		return BFD_ECHO_CHANGED;
	}
	echo->jitter = (uint16_t)(rng_next(rng) >> 48);
	/* Also after a pause the peer is not sent more than it asked for. */
	soonest_ns = echo->last_tx_ns + interval_ns(echo);
	echo->next_tx_ns = echo->sequence == 0 || soonest_ns < now_ns ? now_ns : soonest_ns;
	return BFD_ECHO_CHANGED;
}

uint32_t bfd_echo_timer(struct bfd_echo *echo, uint64_t now_ns, struct rng *rng)
{
	if (now_ns >= bfd_echo_detection_ns(echo) && !MUTANT(130))
		return BFD_ECHO_FAILED;
	if (now_ns < echo->next_tx_ns || echo->next_tx_ns == BFD_NEVER)
		return 0;
	echo->jitter = (uint16_t)(rng_next(rng) >> 48);
	echo->next_tx_ns = now_ns + interval_ns(echo);
	return BFD_ECHO_SEND;
}

void bfd_echo_build(const struct bfd_echo *echo, uint32_t discriminator, const struct siphash_key *key, uint64_t now_ns,
		    uint8_t out[BFD_ECHO_LENGTH])
{
	out[0] = VERSION;
	out[1] = BFD_ECHO_LENGTH;
	out[2] = out[3] = 0;
	bfd_store32(out + BFD_ECHO_DISCRIMINATOR_AT, discriminator);
	bfd_store32(out + SEQUENCE_AT, echo->sequence + 1);
	bfd_store32(out + SEQUENCE_AT + 4, 0);
	store64(out + TIME_AT, now_ns);
	store64(out + HASH_AT, siphash(key, out, HASH_AT));
}

void bfd_echo_sent(struct bfd_echo *echo, uint64_t now_ns)
{
	echo->sequence++;
	echo->tx_packets++;
	echo->last_tx_ns = now_ns;
	if (echo->unanswered++ == 0)
		echo->first_ns = now_ns;
	if (echo->unanswered >= echo->multiplier && echo->full_ns == BFD_NEVER)
		echo->full_ns = now_ns;
}

enum bfd_fault bfd_echo_receive(struct bfd_echo *echo, uint32_t discriminator, const struct siphash_key *key,
				const uint8_t *payload, size_t length, uint64_t now_ns)
{
	uint64_t sent_ns;
	uint32_t behind;

	if (length != BFD_ECHO_LENGTH || payload[0] != VERSION || payload[1] != BFD_ECHO_LENGTH ||
	    bfd_load32(payload + BFD_ECHO_DISCRIMINATOR_AT) != discriminator ||
	    siphash(key, payload, HASH_AT) != load64(payload + HASH_AT))
		return BFD_FAULT_ECHO_FORGED;
	/* Of those that are out, and of no other: a second copy, an echo from before a pause, one that others overtook. */
	if (MUTANT(129))
		return BFD_FAULT_ECHO_NOT_AWAITED;
	behind = echo->sequence - bfd_load32(payload + SEQUENCE_AT);
	sent_ns = load64(payload + TIME_AT);
	if (echo->interval_us == 0 || behind >= echo->unanswered || sent_ns > now_ns)
		return BFD_FAULT_ECHO_NOT_AWAITED;
	echo->rx_packets++;
	echo->rtt_ns = now_ns - sent_ns;
	echo->unanswered = behind;
	/* The one after it went an interval later at the latest. */
	echo->first_ns = sent_ns + (uint64_t)echo->interval_us * 1000;
	if (behind < echo->multiplier)
		echo->full_ns = BFD_NEVER;
	return BFD_ACCEPTED;
}

void bfd_echo_forgive(struct bfd_echo *echo, uint64_t now_ns)
{
	echo->first_ns = now_ns;
	echo->full_ns = BFD_NEVER;
}

bool bfd_echo_reflect(struct bfd_echo *echo, uint64_t now_ns)
{
	uint64_t every_ns = (uint64_t)echo->reflect_us * 750;

	if (echo->reflect_us == 0)
		return false;
	if (echo->reflect_ns < now_ns)
		echo->reflect_ns = now_ns;
	if (echo->reflect_ns - now_ns > every_ns * (BFD_ECHO_REFLECT_LUMP - 1))
		return false;
	echo->reflect_ns += every_ns;
	echo->reflected_packets++;
	return true;
}
