/* SPDX-License-Identifier: MIT */
/* metrics: what the daemon counted, to look at, and as a file for node_exporter. */
#include "base/log.h"
#include "ctl.h"
#include "families.h"

#include <errno.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* Whole or not at all, and not below the name that is being written (node_exporter reads *.prom).
 */
static enum ctl_exit write_textfile(const char *path, const struct reading *reading)
{
	char part[1024], safe[1024];
	bool failed;
	FILE *f;

	(void)log_safe(path, safe, sizeof(safe));
	if (snprintf(part, sizeof(part), "%s.part", path) >= (int)sizeof(part))
		return ctl_fail("%s: %s", safe, strerror(ENAMETOOLONG));
	(void)unlink(part);
	f = fopen(part, "wxe");
	if (f == NULL)
		return ctl_fail("%s.part: %s", safe, strerror(errno));
	(void)fchmod(fileno(f), 0644); /* for the collector, whatever the umask */
	families_write(f, reading, FAMILIES_TEXT);
	failed = fflush(f) != 0 || ferror(f) != 0;
	failed = fclose(f) != 0 || failed;
	if (!failed && rename(part, path) == 0)
		return CTL_OK;
	(void)ctl_fail("%s: %s", safe, strerror(errno));
	(void)unlink(part);
	return CTL_FAILED;
}

enum ctl_exit ctl_metrics(const struct ctl *ctl)
{
	bool recorded = access(ctl->record, F_OK) == 0 || errno != ENOENT;
	const struct reading *subject;
	enum ctl_exit result = CTL_OK;
	struct reading reading;

	if (recorded && ctl_open(ctl, ctl->record, &reading) < 0)
		return CTL_FAILED;
	subject = recorded ? &reading : NULL;
	if (ctl->textfile != NULL)
		result = write_textfile(ctl->textfile, subject);
	else
		families_write(stdout, subject, FAMILIES_OPENMETRICS);
	if (recorded)
		reading_free(&reading);
	return result;
}
