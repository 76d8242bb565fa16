/* SPDX-License-Identifier: MIT */
#include "choose/place.h"

#include "base/util.h"

#include <string.h>

static void forget_groups(struct proc *p)
{
	p->group.protect = p->group.avoid = p->group.prefer = 0;
}

void place_begin(struct place *place, const struct config *config, struct proc *proc)
{
	*place = (struct place){.config = config, .proc = proc};
	proc->place = 0;
	proc->unit[0] = proc->container[0] = '\0';
	forget_groups(proc);
}

static void take_first(uint8_t *first, const struct match_list *list,
		       const struct cgroup_line *line, size_t unit_length)
{
	int index = match_find_group(list, line->path, line->length, unit_length);

	if (index >= 0 && (*first == 0 || index + 1 < *first))
		*first = (uint8_t)(index + 1);
}

static void match_line(struct place *place, const struct cgroup_line *line)
{
	const struct config *c = place->config;
	struct proc *p = place->proc;

	/* R92: what protects must not be a name that its owner has chosen. */
	take_first(&p->group.protect, &c->protect, line, cgroup_owned(line->path, line->length));
	take_first(&p->group.avoid, &c->avoid, line, line->length);
	take_first(&p->group.prefer, &c->prefer, line, line->length);
}

static void name_by(struct place *place, const struct cgroup_line *line)
{
	struct proc *p = place->proc;

	place->any = true;
	place->named = *line;
	place->named.path = NULL;
	p->place = line->says == CGROUP_NOTHING
			   ? 0
			   : hash_bytes(HASH_BEGIN, line->path, line->length) | 1;
	(void)cgroup_unit(line->path, line->length, p->unit, sizeof(p->unit));
	(void)cgroup_container(line->path, line->length, p->container, sizeof(p->container));
}

static void take_line(struct place *place, const struct cgroup_line *line)
{
	const struct cgroup_line *named = &place->named;

	if (place->any && line->says < named->says)
		return;
	if (place->any && line->says > named->says)
		forget_groups(place->proc);
	match_line(place, line);
	if (!place->any || line->says > named->says || line->order > named->order)
		name_by(place, line);
}

size_t place_add(struct place *place, const char *text, size_t length)
{
	size_t at = 0;
	const char *newline;

	while (at < length && (newline = memchr(text + at, '\n', length - at)) != NULL) {
		size_t n = (size_t)(newline - (text + at));
		struct cgroup_line line;

		if (cgroup_parse_line(text + at, n, &line))
			take_line(place, &line);
		at += n + 1;
	}
	return at;
}
