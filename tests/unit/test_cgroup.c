/* SPDX-License-Identifier: MIT */
#include "look/cgroup.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))
#define ID           "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"
#define ID2          "fedcba9876543210fedcba9876543210fedcba9876543210fedcba9876543210"
#define UID          "6f4ab64a-6f38-4c3e-a0a5-0d5b6e5a6c2f"
#define UID_         "6f4ab64a_6f38_4c3e_a0a5_0d5b6e5a6c2f"

static void lines(void **state)
{
	static const struct {
		const char *line, *path;
		enum cgroup_says says;
		unsigned order; /* 0: it is no line */
	} rows[] = {
		{"0::/system.slice/nginx.service", "/system.slice/nginx.service", CGROUP_GROUP, 4},
		{"0::/", "/", CGROUP_NOTHING, 4},
		{"0::/a:b:c", "/a:b:c", CGROUP_GROUP, 4},
		{"0::/system.slice/gone.service (deleted)", "/system.slice/gone.service",
		 CGROUP_GROUP, 4},
		{"1:name=systemd:/s", "/s", CGROUP_GROUP, 3},
		{"4:memory:/m", "/m", CGROUP_GROUP, 2},
		{"4:cpu,memory:/m", "/m", CGROUP_GROUP, 2},
		{"4:memoryx,xmemory:/m", "/m", CGROUP_GROUP, 1},
		{"12:pids:/p", "/p", CGROUP_GROUP, 1},
		{"12:pids:/", "/", CGROUP_NOTHING, 1},
		{"12:pids:/docker/" ID, "/docker/" ID, CGROUP_CONTAINER, 1},
		{"0::/lxc.payload.web/init.scope", "/lxc.payload.web/init.scope", CGROUP_CONTAINER,
		 4},
		{"", NULL, CGROUP_NOTHING, 0},
		{"0::", NULL, CGROUP_NOTHING, 0},
		{"0::relative", NULL, CGROUP_NOTHING, 0},
		{"0:/", NULL, CGROUP_NOTHING, 0},
		{":::", NULL, CGROUP_NOTHING, 0},
		{"::x", NULL, CGROUP_NOTHING, 0},
		{"garbage", NULL, CGROUP_NOTHING, 0},
	};

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		size_t length = strlen(rows[i].line);
		char *copy = malloc(length ? length : 1); /* without its NUL */
		struct cgroup_line line = {.order = 0};

		assert_non_null(copy);
		memcpy(copy, rows[i].line, length);
		assert_int_equal(cgroup_parse_line(copy, length, &line), rows[i].order > 0);
		assert_int_equal(line.order, rows[i].order);
		assert_int_equal(line.says, rows[i].says);
		if (rows[i].path) {
			assert_int_equal(line.length, strlen(rows[i].path));
			assert_memory_equal(line.path, rows[i].path, line.length);
		}
		free(copy);
	}
}

static void units(void **state)
{
	static const struct {
		const char *path, *unit;
	} rows[] = {
		{"/system.slice/nginx.service", "nginx.service"},
		{"/system.slice/system-getty.slice/getty@tty1.service", "getty@tty1.service"},
		{"/user.slice/user-1000.slice/user@1000.service/app.slice/app-x.scope",
		 "app-x.scope"},
		{"/user.slice/user-1000.slice/session-3.scope", "session-3.scope"},
		{"/system.slice/docker-" ID ".scope", "docker-" ID ".scope"},
		{"/machine.slice/systemd-nspawn@web.service/payload", "systemd-nspawn@web.service"},
		{"/system.slice/dev-hugepages.mount", "dev-hugepages.mount"},
		{"/system.slice/a\\x2db.service", "a\\x2db.service"},
		{"/init.scope", "init.scope"},
		{"/user.slice/user-1000.slice", ""},
		{"/docker/" ID, ""},
		{"/.service/.scope", ""},
		{"/servicex/xservice", ""},
		{"/", ""},
		{"", ""},
	};
	char buf[128];

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++)
		assert_string_equal(
			cgroup_unit(rows[i].path, strlen(rows[i].path), buf, sizeof(buf)),
			rows[i].unit);
	assert_string_equal(cgroup_unit("/nginx.service", 14, buf, 6), "nginx");
	assert_string_equal(cgroup_unit("/nginx.service", 14, buf, 1), "");
}

static void containers(void **state)
{
	static const struct {
		const char *path, *container;
	} rows[] = {
		/* Docker: cgroupfs, systemd, rootless, in Docker */
		{"/docker/" ID, "docker 0123456789ab"},
		{"/system.slice/docker-" ID ".scope", "docker 0123456789ab"},
		{"/user.slice/user-1000.slice/user@1000.service/user.slice/docker-" ID ".scope",
		 "docker 0123456789ab"},
		{"/docker/" ID "/docker/" ID2, "docker fedcba987654"},
		{"/system.slice/docker.service", ""},
		{"/system.slice/docker-.scope", ""},
		{"/docker/buildx", ""},
		/* Podman */
		{"/machine.slice/libpod-" ID ".scope", "podman 0123456789ab"},
		{"/machine.slice/libpod-" ID ".scope/container", "podman 0123456789ab"},
		{"/user.slice/user-1000.slice/user@1000.service/user.slice/libpod-" ID
		 ".scope/container",
		 "podman 0123456789ab"},
		{"/machine.slice/machine-libpod_pod_" ID ".slice/libpod-" ID ".scope",
		 "podman 0123456789ab"},
		{"/libpod_parent/libpod-" ID, "podman 0123456789ab"},
		{"/user.slice/user-1000.slice/user@1000.service/user.slice/podman-1.scope", ""},
		{"/machine.slice/libpod-conmon-" ID ".scope",
		 ""}, /* the helper is not in the container */
		/* Kubernetes: containerd, CRI-O, Docker; v2 and v1, systemd and cgroupfs drivers */
		{"/kubepods.slice/kubepods-burstable.slice/kubepods-burstable-pod" UID_
		 ".slice/cri-containerd-" ID ".scope",
		 "containerd 0123456789ab pod " UID},
		{"/kubepods.slice/kubepods-pod" UID_ ".slice/crio-" ID ".scope",
		 "cri-o 0123456789ab pod " UID},
		{"/kubepods.slice/kubepods-pod" UID_ ".slice/crio-conmon-" ID ".scope", ""},
		{"/kubepods/burstable/pod" UID "/" ID, "container 0123456789ab pod " UID},
		{"/kubepods/pod" UID "/" ID, "container 0123456789ab pod " UID},
		{"/kubepods/besteffort/pod" UID "/crio-" ID, "cri-o 0123456789ab pod " UID},
		{"/kubepods.slice/kubepods-besteffort.slice/kubepods-besteffort-pod" UID_
		 ".slice/docker-" ID ".scope",
		 "docker 0123456789ab pod " UID},
		{"/system.slice/containerd.service/kubepods-burstable-pod" UID_
		 ".slice:cri-containerd:" ID,
		 "containerd 0123456789ab pod " UID},
		{"/kubelet.slice/kubelet-kubepods.slice/kubelet-kubepods-besteffort.slice/"
		 "kubelet-kubepods-besteffort-pod" UID_ ".slice/cri-containerd-" ID ".scope",
		 "containerd 0123456789ab pod " UID},
		{"/docker/" ID "/kubelet/kubepods/burstable/pod" UID "/" ID,
		 "container 0123456789ab pod " UID},
		{"/kubepods/burstable/pod0123456789abcdef0123456789abcdef/" ID, /* a static pod's
										   UID is a hash */
		 "container 0123456789ab pod 0123456789abcdef0123456789abcdef"},
		{"/kubepods.slice/kubepods-burstable.slice", ""},
		/* LXC */
		{"/lxc/web", "lxc web"},
		{"/lxc/101/ns/system.slice/nginx.service", "lxc 101"},
		{"/lxc.payload.web", "lxc web"},
		{"/lxc.payload.web/system.slice/nginx.service", "lxc web"},
		{"/lxc.payload/web/init.scope", "lxc web"},
		{"/lxc.monitor.web", ""},
		{"/lxc", ""},
		{"/lxc.payload.", ""},
		/* systemd-nspawn, libvirt */
		{"/machine.slice/machine-web.scope", "machine web"},
		{"/machine.slice/systemd-nspawn@web.service/payload", "machine web"},
		{"/machine.slice/machine-qemu\\x2d1\\x2dvm.scope/libvirt/emulator",
		 "machine qemu\\x2d1\\x2dvm"},
		{"/machine.slice/machine-.scope", ""},
		{"/machine.slice/systemd-nspawn@.service", ""},
		/* an id alone, below a parent of someone's own */
		{"/actions_job/" ID, "container 0123456789ab"},
		{"/ABCDEF" ID, ""},
		/* none */
		{"/system.slice/nginx.service", ""},
		{"/", ""},
		{"", ""},
	};
	char buf[96];

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		const char *got =
			cgroup_container(rows[i].path, strlen(rows[i].path), buf, sizeof(buf));

		if (strcmp(got, rows[i].container) != 0)
			fail_msg("%s: '%s'", rows[i].path, got);
	}
}

static void container_is_cut_at_size(void **state)
{
	static const char path[] = "/kubepods/pod" UID "/" ID;
	char full[96], buf[96];

	(void)state;
	cgroup_container(path, sizeof(path) - 1, full, sizeof(full));
	for (size_t size = 1; size < sizeof(buf); size++) {
		memset(buf, 'x', sizeof(buf));
		cgroup_container(path, sizeof(path) - 1, buf, size);
		assert_true(strlen(buf) < size);
		assert_int_equal(strncmp(buf, full, strlen(buf)), 0);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(lines),
		cmocka_unit_test(units),
		cmocka_unit_test(containers),
		cmocka_unit_test(container_is_cut_at_size),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
