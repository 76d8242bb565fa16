/* SPDX-License-Identifier: MIT */
#include "choose/place.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))
#define ID           "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"

static struct config config;
static struct proc p;

static void protect(const char *list)
{
	memset(&config, 0, sizeof(config));
	assert_int_equal(match_parse(list, NULL, &config.protect, NULL, 0), 0);
}

/* In pieces of at most so many bytes, as a file is read. */
static void read_in_pieces(const char *text, size_t most)
{
	size_t length = strlen(text), at = 0, taken = 1;
	struct place place;

	memset(&p, 0xff, sizeof(p));
	place_begin(&place, &config, &p);
	while (at < length && taken > 0) {
		taken = place_add(&place, text + at, length - at < most ? length - at : most);
		at += taken;
	}
}

static void read_all(const char *text)
{
	read_in_pieces(text, 32768);
}

/* Docker's lines of Ubuntu 20.04: cgroupfs driver, systemd 245 with a hybrid hierarchy. */
static const char hybrid[] = "12:cpuset:/docker/" ID "\n"
			     "11:pids:/docker/" ID "\n"
			     "10:memory:/docker/" ID "\n"
			     "9:rdma:/\n"
			     "2:cpu,cpuacct:/docker/" ID "\n"
			     "1:name=systemd:/docker/" ID "\n"
			     "0::/system.slice/containerd.service\n";

static void names(void **state)
{
	static const struct {
		const char *text, *unit, *container;
	} rows[] = {
		{hybrid, "", "docker 0123456789ab"},
		/* v2 before all others, whatever the order */
		{"4:memory:/m.service\n1:name=systemd:/s.service\n0::/v.service\n", "v.service",
		 ""},
		{"0::/v.service\n4:memory:/m.service\n1:name=systemd:/s.service\n", "v.service",
		 ""},
		/* v2 is mounted but holds nobody */
		{"4:memory:/m.service\n1:name=systemd:/s.service\n0::/\n", "s.service", ""},
		/* v1: name=systemd, memory, the first other */
		{"12:pids:/p.service\n4:memory:/m.service\n1:name=systemd:/s.service\n",
		 "s.service", ""},
		{"12:pids:/p.service\n4:memory:/m.service\n2:cpuset:/c.service\n", "m.service", ""},
		{"12:pids:/p.service\n4:memory:/\n2:cpuset:/c.service\n", "p.service", ""},
		/* a container in some of them, whichever */
		{"3:cpuset:/lxc/web\n1:name=systemd:/user.slice/session-1.scope\n0::/\n", "",
		 "lxc web"},
		{"0::/init.scope\n4:memory:/kubepods/pod1/" ID "\n", "",
		 "container 0123456789ab pod 1"},
		{"0::/a.service/lxc.payload.web/b.service\n", "b.service", "lxc web"},
		{"12:pids:/\n1:name=systemd:/\n", "", ""},
		{"garbage\n0::/x.service\n::\n", "x.service", ""},
		{"0::/x.service", "", ""}, /* cut: there is no newline */
		{"", "", ""},
	};

	(void)state;
	protect("");
	for (size_t i = 0; i < COUNT(rows); i++) {
		read_all(rows[i].text);
		if (strcmp(p.unit, rows[i].unit) != 0 ||
		    strcmp(p.container, rows[i].container) != 0)
			fail_msg("row %zu: '%s' '%s'", i, p.unit, p.container);
	}
}

static void r101_every_hierarchy_that_says_most(void **state)
{
	static const struct {
		const char *list, *text;
		bool matches;
	} rows[] = {
		{"cgroup:/docker/*", hybrid, true},
		/* only who started it: not where it belongs */
		{"unit:containerd.service", hybrid, false},
		{"cgroup:/system.slice/*", hybrid, false},
		{"cgroup:/", hybrid, false},
		/* a job of Slurm: systemd and the job's own hierarchies are both right */
		{"unit:slurmd.service",
		 "4:memory:/slurm/uid_7/job_1\n1:name=systemd:/system.slice/slurmd.service\n",
		 true},
		{"cgroup:/slurm/*",
		 "4:memory:/slurm/uid_7/job_1\n1:name=systemd:/system.slice/slurmd.service\n",
		 true},
		{"cgroup:/slurm/*",
		 "0::/system.slice/slurmd.service\n4:memory:/slurm/uid_7/job_1\n", true},
		/* the root counts where there is nothing else */
		{"cgroup:/", "4:memory:/\n0::/\n", true},
		{"cgroup:/", "4:memory:/a\n0::/\n", false},
		{"cgroup:/", "0::/\n4:memory:/a\n", false},
		{"cgroup:*", "", false},
		{"unit:*", "0::/\n", false},
	};

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		protect(rows[i].list);
		read_all(rows[i].text);
		if ((p.group.protect == 1) != rows[i].matches)
			fail_msg("row %zu: %u", i, p.group.protect);
		assert_int_equal(p.group.avoid, 0);
	}
}

/* Whichever line it is that the first entry is about. */
static void r101_the_first_entry_of_all_lines(void **state)
{
	(void)state;
	protect("x,cgroup:/a,unit:b.service");
	read_all("4:memory:/b.service\n2:pids:/a\n");
	assert_int_equal(p.group.protect, 2);
	read_all("4:pids:/a\n2:memory:/b.service\n");
	assert_int_equal(p.group.protect, 2);
}

/* A path of the longest that the kernel gives out, in a dozen of hierarchies: 48 KiB. */
static void r102_deep_paths_match(void **state)
{
	static char text[64 * 1024], path[4096];
	size_t at = 0;

	(void)state;
	while (strlen(path) < sizeof(path) - 60)
		(void)strcat(path, "/kubepods-burstable-pod-of-a-long-name.slice");
	(void)strcat(path, "/the-last-one-of-all.service");
	for (int i = 12; i > 0; i--)
		at += (size_t)snprintf(text + at, sizeof(text) - at, "%d:c%d:/\n", i, i);
	(void)snprintf(text + at, sizeof(text) - at, "0::%s\n", path);
	protect("unit:the-last-one-of-all.service");
	read_all(text);
	assert_int_equal(p.group.protect, 1);
	assert_string_equal(p.unit, "the-last-one-of-all.service");

	at = 0;
	for (int i = 12; i > 0; i--)
		at += (size_t)snprintf(text + at, sizeof(text) - at, "%d:c%d:%.4000s/c%d\n", i, i,
				       path, i);
	(void)snprintf(text + at, sizeof(text) - at, "0::%s\n", path);
	for (size_t most = 5000; most < sizeof(text); most += 9000) {
		read_in_pieces(text, most);
		assert_int_equal(p.group.protect, 1);
		assert_string_equal(p.unit, "the-last-one-of-all.service");
	}
}

static void places_differ_as_paths_do(void **state)
{
	uint64_t a;

	(void)state;
	protect("");
	read_all("0::/a\n");
	a = p.place;
	read_all("4:memory:/x\n0::/a\n");
	assert_int_equal(p.place, a);
	read_all("0::/b\n");
	assert_int_not_equal(p.place, a);
	read_all("0::/\n");
	assert_int_equal(p.place, 0);
	read_all("");
	assert_int_equal(p.place, 0);
}

/*
 * R92: any user can name a unit of his own manager, and root in a container a group, as he likes:
 * such a name protects nobody. A whole path, which the machine's owner wrote, still does.
 */
static void r92_a_unit_that_its_owner_has_named(void **state)
{
	static const struct {
		const char *list, *path;
		bool spared;
	} rows[] = {
		{"unit:nginx.service", "0::/system.slice/nginx.service\n", true},
		{"unit:nginx.service", "0::/system.slice/nginx.service/worker\n", true},
		{"unit:nginx.service",
		 "0::/user.slice/user-1000.slice/user@1000.service/app.slice/nginx.service\n",
		 false},
		{"unit:user@1000.service",
		 "0::/user.slice/user-1000.slice/user@1000.service/app.slice/x.scope\n", true},
		{"unit:session-2.scope", "0::/user.slice/user-1000.slice/session-2.scope\n", true},
		{"unit:nginx.service",
		 "0::/system.slice/docker-" ID ".scope/system.slice/nginx.service\n", false},
		{"unit:docker-*", "0::/system.slice/docker-" ID ".scope/init.scope\n", true},
		{"unit:nginx.service", "4:memory:/lxc/web/system.slice/nginx.service\n", false},
		{"unit:nginx.service",
		 "0::/machine.slice/machine-web.scope/payload/system.slice/nginx.service\n", false},
		{"cgroup:/user.slice/*/app-*.scope",
		 "0::/user.slice/user-1000.slice/user@1000.service/app.slice/app-x.scope\n", true},
	};

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		protect(rows[i].list);
		read_all(rows[i].path);
		if ((p.group.protect != 0) != rows[i].spared)
			fail_msg("%s: %s", rows[i].list, rows[i].path);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(r92_a_unit_that_its_owner_has_named),
		cmocka_unit_test(names),
		cmocka_unit_test(r101_every_hierarchy_that_says_most),
		cmocka_unit_test(r101_the_first_entry_of_all_lines),
		cmocka_unit_test(r102_deep_paths_match),
		cmocka_unit_test(places_differ_as_paths_do),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
