/* SPDX-License-Identifier: MIT */
/*
 * Where a process belongs, from the lines of /proc/PID/cgroup (cgroups(7)): its paths, the systemd
 * unit in it, and the container and pod that Docker, Podman, containerd, CRI-O and Kubernetes write
 * into such paths. Pure.
 */
#ifndef USEROOM_CGROUP_H
#define USEROOM_CGROUP_H

#include <stdbool.h>
#include <stddef.h>

/* How much the path of one hierarchy says of where a process belongs. */
enum cgroup_says {
	CGROUP_NOTHING,   /* "/" */
	CGROUP_GROUP,     /* some group */
	CGROUP_CONTAINER, /* a container */
};

/* Which hierarchy; of lines that say as much, the later one of these counts. */
enum cgroup_order {
	CGROUP_OTHER = 1,
	CGROUP_MEMORY, /* v1 with the memory controller */
	CGROUP_SYSTEMD,
	CGROUP_V2,
};

/* One line of the file. */
struct cgroup_line {
	enum cgroup_says says;
	enum cgroup_order order;
	const char *path; /* in the text; not NUL-terminated */
	size_t length;
};

/*
 * "4:memory:/docker/0123", without its newline. A " (deleted)" behind the path is the kernel's own
 * and no part of it. false: it is no such line; then *ret is untouched.
 */
bool cgroup_parse_line(const char *line, size_t length, struct cgroup_line *ret);

/* Whether a list such as "cpu,cpuacct" has this name. */
bool cgroup_lists(const char *list, size_t length, const char *name);

/*
 * The innermost systemd unit in a cgroup path ("/system.slice/nginx.service" -> "nginx.service"; a
 * user's own
 * "/user.slice/user-1000.slice/user@1000.service/app.slice/app-x.scope" -> "app-x.scope"); slices
 * are not units here. Returns ret, "" when there is none.
 */
const char *cgroup_unit(const char *path, size_t length, char *ret, size_t size);

/*
 * The container in a cgroup path, as "docker 0123456789ab", "podman ...", "containerd ...", "cri-o
 * ...", "lxc NAME", "machine NAME"; with " pod UID" after it below Kubernetes. Returns ret, "" when
 * there is none.
 */
const char *cgroup_container(const char *path, size_t length, char *ret, size_t size);

/*
 * How much of a path the machine's own manager has made: up to the first component below which
 * somebody else makes groups as he likes, that of a user's manager (user@1000.service) or of a
 * container, and with it. Length of that part.
 */
size_t cgroup_owned(const char *path, size_t length);

#endif
