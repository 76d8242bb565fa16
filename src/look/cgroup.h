/* SPDX-License-Identifier: MIT */
/*
 * Where a process belongs, from the text of /proc/PID/cgroup (cgroups(7)): its path, the systemd
 * unit in it, and the container and pod that Docker, Podman, containerd, CRI-O and Kubernetes write
 * into such paths. Pure.
 */
#ifndef USEROOM_CGROUP_H
#define USEROOM_CGROUP_H

#include <stddef.h>

/*
 * The path that says most: that of the v2 hierarchy ("0::/...") unless it is "/" and a v1 hierarchy
 * says more; of v1 hierarchies name=systemd before memory before the first other. Copied
 * NUL-terminated, cut at size. Returns 0, or -ENODATA when no line parses; then *ret is "".
 */
int cgroup_parse(const char *text, size_t length, char *ret, size_t size);

/*
 * The innermost systemd unit in a cgroup path ("/system.slice/nginx.service" -> "nginx.service"; a
 * user's own
 * "/user.slice/user-1000.slice/user@1000.service/app.slice/app-x.scope" -> "app-x.scope"); slices
 * are not units here. Returns ret, "" when there is none.
 */
const char *cgroup_unit(const char *path, char *ret, size_t size);

/*
 * The container in a cgroup path, as "docker 0123456789ab", "podman ...", "containerd ...", "cri-o
 * ...", "lxc NAME", "machine NAME"; with " pod UID" after it below Kubernetes. Returns ret, "" when
 * there is none.
 */
const char *cgroup_container(const char *path, char *ret, size_t size);

#endif
