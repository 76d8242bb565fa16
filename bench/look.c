/* SPDX-License-Identifier: MIT */
/*
 * look COUNT [FILE]: so many looks at this machine, read and decided as the daemon does, one right
 * after the other; with FILE each is recorded too. Prints the time of one look, ns.
 */
#include "base/util.h"
#include "decide/policy.h"
#include "look/sense.h"
#include "settings/options.h"
#include "tell/record.h"

#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

static void look(struct sense *sense, struct policy *policy, const struct config *config,
		 struct record *record)
{
	static const struct coming coming;
	static const struct pauses pauses;
	struct sample s;
	struct decision d;

	sense_read(sense, false, &s);
	d = policy_decide(policy, config, &s, &coming);
	record_look(record, &s, &coming, &d, false, turn_without_table(&d, &pauses, s.now_ns));
}

/* Not the time that passes: others may run meanwhile. */
static uint64_t cpu_ns(void)
{
	struct timespec t;

	(void)clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
	return (uint64_t)t.tv_sec * NS_PER_S + (uint64_t)t.tv_nsec;
}

int main(int argc, char **argv)
{
	long count = argc > 1 ? strtol(argv[1], NULL, 10) : 0;
	static struct config config;
	static struct record record;
	struct sense sense;
	struct policy policy;
	uint64_t began;

	options_defaults(&config);
	policy_init(&policy, 2);
	if (count <= 0 ||
	    sense_open(&sense, open("/proc", O_RDONLY | O_DIRECTORY | O_CLOEXEC)) < 0 ||
	    (argc > 2 && record_open(&record, argv[2], (size_t)config.record_kib * 1024) < 0)) {
		(void)fprintf(stderr, "usage: look COUNT [FILE]\n");
		return 1;
	}
	began = cpu_ns();
	for (long i = 0; i < count; i++)
		look(&sense, &policy, &config, &record);
	(void)printf("%" PRIu64 "\n", (cpu_ns() - began) / (uint64_t)count);
	return 0;
}
