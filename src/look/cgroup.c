/* SPDX-License-Identifier: MIT */
#include "look/cgroup.h"

#include "base/util.h"

#include <errno.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

/* What containers' tools show of an id of 64 hex digits. */
#define ID_SHOWN 12
#define ID_FULL  64

struct part {
	const char *at;
	size_t length;
};

static bool part_is(struct part p, const char *s)
{
	return p.length == strlen(s) && memcmp(p.at, s, p.length) == 0;
}

static bool part_starts(struct part p, const char *s)
{
	size_t n = strlen(s);

	return p.length >= n && memcmp(p.at, s, n) == 0;
}

static bool part_ends(struct part p, const char *s)
{
	size_t n = strlen(s);

	return p.length >= n && memcmp(p.at + p.length - n, s, n) == 0;
}

static struct part part_after(struct part p, size_t n)
{
	return (struct part){p.at + n, p.length - n};
}

static struct part part_without(struct part p, const char *suffix)
{
	if (part_ends(p, suffix))
		p.length -= strlen(suffix);
	return p;
}

/* What follows the first `s` in p; nothing (at == NULL) when it is not there. */
static struct part part_behind(struct part p, const char *s)
{
	const char *hit = memmem(p.at, p.length, s, strlen(s));

	return hit ? part_after(p, (size_t)(hit - p.at) + strlen(s)) : (struct part){NULL, 0};
}

/* Take the next component off a path; false at its end. */
static bool next_component(struct part *path, struct part *ret)
{
	while (path->length > 0 && path->at[0] == '/')
		*path = part_after(*path, 1);
	ret->at = path->at;
	for (ret->length = 0; ret->length < path->length && ret->at[ret->length] != '/';)
		ret->length++;
	*path = part_after(*path, ret->length);
	return ret->length > 0;
}

bool cgroup_lists(const char *list, size_t length, const char *name)
{
	struct part rest = {list, length};

	while (rest.length > 0) {
		const char *comma = memchr(rest.at, ',', rest.length);
		size_t n = comma ? (size_t)(comma - rest.at) : rest.length;

		if (part_is((struct part){rest.at, n}, name))
			return true;
		rest = part_after(rest, n + (comma != NULL));
	}
	return false;
}

static enum cgroup_order order_of(struct part controllers)
{
	if (controllers.length == 0)
		return CGROUP_V2;
	if (part_is(controllers, "name=systemd"))
		return CGROUP_SYSTEMD;
	return cgroup_lists(controllers.at, controllers.length, "memory") ? CGROUP_MEMORY
									  : CGROUP_OTHER;
}

/* "4:memory:/a/b" or "0::/a/b"; a controller's name holds no colon, a path may. */
static bool split_line(struct part line, struct part *controllers, struct part *path)
{
	const char *first = line.length ? memchr(line.at, ':', line.length) : NULL;
	struct part rest =
		first ? part_after(line, (size_t)(first - line.at) + 1) : (struct part){NULL, 0};
	const char *second = rest.length ? memchr(rest.at, ':', rest.length) : NULL;

	if (!second)
		return false;
	*controllers = (struct part){rest.at, (size_t)(second - rest.at)};
	*path = part_after(rest, controllers->length + 1);
	*path = part_without(
		*path, " (deleted)"); /* the kernel's own words for a group that was removed */
	return path->length > 0 && path->at[0] == '/';
}

static void copy_part(struct part p, char *ret, size_t size)
{
	size_t n = p.length < size ? p.length : size - 1;

	memcpy(ret, p.at, n);
	ret[n] = '\0';
}

/* Unit types that have processes; systemd.unit(5). */
static bool is_unit(struct part p)
{
	static const char *const types[] = {".service", ".scope", ".socket", ".mount", ".swap"};

	for (size_t i = 0; i < ARRAY_SIZE(types); i++)
		if (p.length > strlen(types[i]) && part_ends(p, types[i]))
			return true;
	return false;
}

const char *cgroup_unit(const char *path, size_t length, char *ret, size_t size)
{
	struct part rest = {path, length}, p, unit = {"", 0};

	while (next_component(&rest, &p))
		if (is_unit(p))
			unit = p;
	if (size > 0)
		copy_part(unit, ret, size);
	return ret;
}

static bool is_hex(char c)
{
	return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f');
}

static bool is_id(struct part p)
{
	for (size_t i = 0; i < p.length; i++)
		if (!is_hex(p.at[i]))
			return false;
	return p.length >= ID_SHOWN && p.length <= ID_FULL;
}

/* What a path was found to say so far, from the outside in. */
struct found {
	const char *runtime; /* NULL: no container */
	struct part name;
	struct part pod;
	struct part parent; /* the component before */
};

static void set_container(struct found *f, const char *runtime, struct part name)
{
	f->runtime = runtime;
	f->name = name;
}

/* "docker-ID.scope" of a systemd driver, "crio-ID" of the others; "crio-conmon-ID" is the
 * container's helper. */
static bool find_prefixed_id(struct found *f, struct part p)
{
	static const struct {
		const char *prefix, *runtime;
	} rows[] = {
		{"docker-", "docker"},      {"cri-containerd-", "containerd"},
		{"nerdctl-", "containerd"}, {"crio-", "cri-o"},
		{"libpod-", "podman"},      {"libpod-payload-", "podman"},
	};

	p = part_without(p, ".scope");
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		if (!part_starts(p, rows[i].prefix) ||
		    !is_id(part_after(p, strlen(rows[i].prefix))))
			continue;
		set_container(f, rows[i].runtime, part_after(p, strlen(rows[i].prefix)));
		return true;
	}
	return false;
}

/*
 * A bare id of the cgroupfs drivers: only the component before it can tell whose it is, and below
 * Kubernetes nothing can. Also "kubepods-pod1.slice:cri-containerd:ID", which containerd makes of a
 * systemd name when its driver is the other one.
 */
static bool find_bare_id(struct found *f, struct part p)
{
	struct part colon = part_behind(p, ":cri-containerd:");

	if (colon.at && is_id(colon)) {
		set_container(f, "containerd", colon);
		return true;
	}
	if (p.length != ID_FULL || !is_id(p))
		return false;
	set_container(f, part_is(f->parent, "docker") ? "docker" : "container", p);
	return true;
}

/* /lxc/NAME, /lxc.payload/NAME, /lxc.payload.NAME; lxc.monitor is LXC's own process. */
static bool find_lxc(struct found *f, struct part p)
{
	if (part_is(f->parent, "lxc") || part_is(f->parent, "lxc.payload"))
		set_container(f, "lxc", p);
	else if (part_starts(p, "lxc.payload.") && p.length > strlen("lxc.payload."))
		set_container(f, "lxc", part_after(p, strlen("lxc.payload.")));
	else
		return false;
	return true;
}

/* machine-NAME.scope of systemd-machined, which libvirt uses as well, and
 * systemd-nspawn@NAME.service. */
static bool find_machine(struct found *f, struct part p)
{
	static const char *const rows[][2] = {{"machine-", ".scope"},
					      {"systemd-nspawn@", ".service"}};

	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		size_t around = strlen(rows[i][0]) + strlen(rows[i][1]);

		if (p.length <= around || !part_starts(p, rows[i][0]) || !part_ends(p, rows[i][1]))
			continue;
		set_container(f, "machine",
			      part_without(part_after(p, strlen(rows[i][0])), rows[i][1]));
		return true;
	}
	return false;
}

/* "/kubepods/burstable/podUID", "kubepods-burstable-podUID.slice",
 * "kubelet-kubepods-podUID.slice:..." */
static bool find_pod(struct found *f, struct part p)
{
	const char *colon = memchr(p.at, ':', p.length);
	struct part uid = {NULL, 0};

	if (colon)
		p.length = (size_t)(colon - p.at);
	if (part_ends(p, ".slice") && part_behind(p, "kubepods").at)
		uid = part_without(part_behind(p, "-pod"), ".slice");
	else if (part_starts(p, "pod") &&
		 (part_is(f->parent, "kubepods") || part_is(f->parent, "burstable") ||
		  part_is(f->parent, "besteffort") || part_is(f->parent, "guaranteed")))
		uid = part_after(p, strlen("pod"));
	if (uid.length == 0)
		return false;
	f->pod = uid;
	return true;
}

static void find_in(struct found *f, struct part p)
{
	(void)find_pod(f, p);
	(void)(find_prefixed_id(f, p) || find_bare_id(f, p) || find_machine(f, p) ||
	       find_lxc(f, p));
	f->parent = p;
}

/* systemd has no dash to give inside a slice's name, so Kubernetes writes the UID with underscores
 * there. */
static void restore_dashes(char *s)
{
	for (; *s; s++)
		if (*s == '_')
			*s = '-';
}

static void print_found(const struct found *f, char *ret, size_t size)
{
	bool hex = is_id(f->name) && strcmp(f->runtime, "lxc") != 0 &&
		   strcmp(f->runtime, "machine") != 0;
	int n = snprintf(ret, size, "%s %.*s", f->runtime, (int)(hex ? ID_SHOWN : f->name.length),
			 f->name.at);
	size_t used = n > 0 ? (size_t)n : 0;

	if (f->pod.length == 0 || used >= size)
		return;
	(void)snprintf(ret + used, size - used, " pod %.*s", (int)f->pod.length, f->pod.at);
	restore_dashes(ret + used);
}

static struct found find_container(struct part path)
{
	struct found f = {.parent = {"", 0}};
	struct part p;

	while (next_component(&path, &p))
		find_in(&f, p);
	return f;
}

const char *cgroup_container(const char *path, size_t length, char *ret, size_t size)
{
	struct found f = find_container((struct part){path, length});

	if (size == 0)
		return ret;
	ret[0] = '\0';
	if (f.runtime)
		print_found(&f, ret, size);
	return ret;
}

size_t cgroup_owned(const char *path, size_t length)
{
	struct part rest = {path, length}, p;
	struct found f = {.parent = {"", 0}};

	while (next_component(&rest, &p)) {
		find_in(&f, p);
		if (f.runtime || (part_starts(p, "user@") && part_ends(p, ".service")))
			return length - rest.length;
	}
	return length;
}

bool cgroup_parse_line(const char *line, size_t length, struct cgroup_line *ret)
{
	struct part controllers, path;

	if (!split_line((struct part){line, length}, &controllers, &path))
		return false;
	*ret = (struct cgroup_line){
		.says = part_is(path, "/")             ? CGROUP_NOTHING
			: find_container(path).runtime ? CGROUP_CONTAINER
						       : CGROUP_GROUP,
		.order = order_of(controllers),
		.path = path.at,
		.length = path.length,
	};
	return true;
}
