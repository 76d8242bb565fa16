/* SPDX-License-Identifier: MIT */
/*
 * recorder OUT SECONDS NAME DEATHS AFTER FILE: what the machine went through, and who died when by
 * which signal.  Ends after so many SECONDS, or AFTER seconds after the last of so many DEATHS of
 * processes of this NAME (0: never), and writes one JSON object. It is locked in memory and runs at
 * real-time priority, so that it goes on where nothing else does, and no killer may take it. FILE
 * has the pid of the killer, once that runs: what it used is read every half second. Deaths come
 * from the kernel's process connector (Documentation/driver-api/connector.rst); the numbers from
 * /proc/meminfo, vmstat, pressure and diskstats.
 */
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <linux/cn_proc.h>
#include <linux/connector.h>
#include <linux/netlink.h>
#include <poll.h>
#include <sched.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/timerfd.h>
#include <time.h>
#include <unistd.h>

#define TICK_NS       20000000L
#define TICKS_PER_ROW 5
#define TICKS_MOST    65536
#define ROWS_MOST     (TICKS_MOST / TICKS_PER_ROW)
#define DEATHS_MOST   8192
#define PIDS_MOST     65536
#define TEXT          32768

/* One row: what to look for in which file. Sums where a name ends in '*'. */
static const struct source {
	const char *path;
	const char *names[12];
} sources[] = {
	{"/proc/meminfo",
	 {"MemAvailable:", "MemFree:", "Cached:", "AnonPages:", "Shmem:", "SwapFree:"}},
	{"/proc/vmstat",
	 {"workingset_refault_file", "workingset_refault_anon", "pgmajfault", "pswpin", "pswpout",
	  "allocstall*", "pgscan_kswapd", "pgscan_direct", "oom_kill", "pgsteal_kswapd*",
	  "pgsteal_direct*"}},
	{"/proc/stat", {"cpu", "procs_running", "procs_blocked", "ctxt"}},
	{"/proc/pressure/memory", {"some", "full"}},
	{"/proc/pressure/io", {"some", "full"}},
};
#define SOURCES (sizeof sources / sizeof *sources)
#define COLUMNS 30

static int fds[SOURCES], disks, stat_fd = -1, schedstat_fd = -1, rollup_fd = -1;
static char text[TEXT];
static uint64_t rows[ROWS_MOST][COLUMNS];
static uint32_t available[TICKS_MOST];
static size_t row_count, tick_count;
static struct death {
	uint32_t at_ms;
	int pid, signal, code;
	char name[16];
} deaths[DEATHS_MOST];
static size_t death_count, awaited;
static int64_t last_awaited_ms;
static char names[PIDS_MOST][16];
static const char *await_name, *killer_file;
static unsigned long killer_ticks, killer_faults, killer_rss;
static uint64_t killer_ns;
static uint64_t mem_total, swap_total;

static int64_t now_ms(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

static bool slurp(int fd)
{
	ssize_t n = fd < 0 ? -1 : pread(fd, text, sizeof text - 1, 0);

	text[n > 0 ? n : 0] = '\0';
	return n > 0;
}

/* The number after a name at the beginning of a line; of a pressure line the one after "total=". */
static uint64_t number(const char *name)
{
	size_t n = strlen(name);
	bool sum = name[n - 1] == '*';
	uint64_t total = 0;

	for (const char *line = text; line && *line;
	     line = strchr(line, '\n'), line = line ? line + 1 : NULL) {
		if (strncmp(line, name, sum ? n - 1 : n) != 0 || (!sum && line[n] != ' '))
			continue;
		const char *at = line + strcspn(line, " \n"), *end = strchr(line, '\n'),
			   *sign = strstr(line, "total=");
		total += strtoull(sign && (!end || sign < end) ? sign + 6 : at, NULL, 10);
		if (!sum)
			break;
	}
	return total;
}

/* Reads, sectors and ms of reading of whole disks: vda.. and zram; partitions and stacked devices
 * are left out. */
static void read_disks(uint64_t *row)
{
	slurp(disks);
	for (const char *line = text; *line; line = strchr(line, '\n') + 1) {
		char name[32];
		uint64_t reads, merged, sectors, ms;

		if (sscanf(line, "%*u %*u %31s %" SCNu64 "%" SCNu64 "%" SCNu64 "%" SCNu64, name,
			   &reads, &merged, &sectors, &ms) == 5 &&
		    ((strncmp(name, "vd", 2) == 0 && !name[3]) || strncmp(name, "zram", 4) == 0)) {
			row[0] += reads;
			row[1] += sectors;
			row[2] += ms;
		}
		if (!strchr(line, '\n'))
			break;
	}
}

static void read_row(void)
{
	uint64_t *row = rows[row_count++];
	size_t column = 0;

	row[column++] = (uint64_t)now_ms();
	for (size_t i = 0; i < SOURCES; i++) {
		slurp(fds[i]);
		for (size_t k = 0;
		     k < sizeof sources[i].names / sizeof *sources[i].names && sources[i].names[k];
		     k++)
			row[column++] = number(sources[i].names[k]);
	}
	read_disks(row + column);
}

/* Its resident memory, exactly; stat has it only to the next 64 pages per thread. */
static void read_killer_memory(void)
{
	if (slurp(rollup_fd)) {
		unsigned long kib = (unsigned long)number("Rss:");

		killer_rss = kib > killer_rss ? kib : killer_rss;
	}
}

static void find_killer(void)
{
	int fd = open(killer_file, O_RDONLY | O_CLOEXEC), pid = slurp(fd) ? atoi(text) : 0;
	char path[64];

	close(fd);
	if (pid <= 0)
		return;
	snprintf(path, sizeof path, "/proc/%d/stat", pid);
	stat_fd = open(path, O_RDONLY | O_CLOEXEC);
	snprintf(path, sizeof path, "/proc/%d/schedstat", pid);
	schedstat_fd = open(path, O_RDONLY | O_CLOEXEC);
	snprintf(path, sizeof path, "/proc/%d/smaps_rollup", pid);
	rollup_fd = open(path, O_RDONLY | O_CLOEXEC);
	read_killer_memory();
}

static void read_killer(void)
{
	unsigned long faults, user, kernel;

	if (stat_fd < 0)
		find_killer();
	if (slurp(stat_fd)) {
		const char *at = strrchr(text, ')');

		if (at && sscanf(at + 2, "%*c %*d %*d %*d %*d %*d %*u %*u %*u %lu %*u %lu %lu",
				 &faults, &user, &kernel) == 3) {
			killer_faults = faults;
			killer_ticks = user + kernel;
		}
	}
	if (slurp(schedstat_fd))
		killer_ns = strtoull(text, NULL, 10);
}

static void tick(void)
{
	slurp(fds[0]);
	available[tick_count] = (uint32_t)number("MemAvailable:");
	if (tick_count % TICKS_PER_ROW == 0)
		read_row();
	if (tick_count % 25 == 0)
		read_killer();
	tick_count++;
}

static void name_from_proc(int pid)
{
	char path[64];

	snprintf(path, sizeof path, "/proc/%d/comm", pid);
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	char *name = names[pid % PIDS_MOST];
	ssize_t n = fd < 0 ? 0 : read(fd, name, 15);
	name[n > 0 ? n - (name[n - 1] == '\n') : 0] = '\0'; /* nothing: it is gone again */
	close(fd);
}

static void died(int pid, unsigned code)
{
	int signal = (int)(code & 0x7f);
	const char *name = names[pid % PIDS_MOST];

	for (size_t i = death_count;
	     i-- > 0 && i + 64 > death_count;) /* another thread of the same process */
		if (deaths[i].pid == pid && deaths[i].signal == signal)
			return;
	if (death_count == DEATHS_MOST || (signal == 0 && strcmp(name, "beat") == 0))
		return;
	struct death *d = &deaths[death_count++];
	*d = (struct death){.at_ms = (uint32_t)now_ms(),
			    .pid = pid,
			    .signal = signal,
			    .code = (int)(code >> 8 & 0xff)};
	if (name[0] == '\0') /* an event was lost; what nobody has waited for can still be asked */
		name_from_proc(pid);
	memcpy(d->name, name, sizeof d->name);
	if (signal != 0 && strncmp(name, await_name, strlen(await_name)) == 0) {
		awaited++;
		last_awaited_ms = now_ms();
	}
}

static void events(int fd)
{
	static char buffer[8192] __attribute__((aligned(NLMSG_ALIGNTO)));
	ssize_t n;

	while ((n = recv(fd, buffer, sizeof buffer, MSG_DONTWAIT)) > 0)
		for (struct nlmsghdr *h = (struct nlmsghdr *)buffer; NLMSG_OK(h, (size_t)n);
		     h = NLMSG_NEXT(h, n)) {
			const struct cn_msg *message = NLMSG_DATA(h);
			struct proc_event e;

			memcpy(&e, message->data,
			       message->len < sizeof e ? message->len : sizeof e);
			if (e.what == PROC_EVENT_FORK &&
			    e.event_data.fork.child_pid == e.event_data.fork.child_tgid)
				memcpy(names[e.event_data.fork.child_tgid % PIDS_MOST],
				       names[e.event_data.fork.parent_tgid % PIDS_MOST], 16);
			else if (e.what == PROC_EVENT_EXEC)
				name_from_proc(e.event_data.exec.process_tgid);
			else if (e.what == PROC_EVENT_COMM &&
				 e.event_data.comm.process_pid == e.event_data.comm.process_tgid)
				memcpy(names[e.event_data.comm.process_tgid % PIDS_MOST],
				       e.event_data.comm.comm, 16);
			else if (e.what == PROC_EVENT_EXIT &&
				 (e.event_data.exit.process_pid == e.event_data.exit.process_tgid ||
				  (e.event_data.exit.exit_code & 0x7f) != 0))
				died(e.event_data.exit.process_tgid, e.event_data.exit.exit_code);
		}
}

static int listen_to_processes(void)
{
	struct sockaddr_nl address = {.nl_family = AF_NETLINK, .nl_groups = CN_IDX_PROC};
	int fd = socket(PF_NETLINK, SOCK_DGRAM | SOCK_CLOEXEC, NETLINK_CONNECTOR),
	    bytes = 4 * 1024 * 1024;
	struct {
		struct nlmsghdr h;
		struct cn_msg m;
		enum proc_cn_mcast_op op;
	} __attribute__((packed)) request = {
		.h = {.nlmsg_len = sizeof request, .nlmsg_type = NLMSG_DONE},
		.m = {.id = {.idx = CN_IDX_PROC, .val = CN_VAL_PROC},
		      .len = sizeof(enum proc_cn_mcast_op)},
		.op = PROC_CN_MCAST_LISTEN,
	};

	setsockopt(fd, SOL_SOCKET, SO_RCVBUFFORCE, &bytes, sizeof bytes);
	if (bind(fd, (struct sockaddr *)&address, sizeof address) != 0 ||
	    send(fd, &request, sizeof request, 0) < 0) {
		perror("recorder: process connector");
		exit(1);
	}
	return fd;
}

static void names_of_the_living(void)
{
	for (int pid = 1; pid < 32768; pid++)
		name_from_proc(pid);
}

static void json_text(FILE *out, const char *s, size_t n)
{
	fputc('"', out);
	for (size_t i = 0; i < n && s[i]; i++)
		if (s[i] == '"' || s[i] == '\\')
			fprintf(out, "\\%c", s[i]);
		else if ((unsigned char)s[i] < 0x20 || (unsigned char)s[i] >= 0x7f)
			fprintf(out, "\\u%04x", (unsigned char)s[i]);
		else
			fputc(s[i], out);
	fputc('"', out);
}

static void write_json(FILE *out)
{
	fprintf(out,
		"{\"mem_total_kib\":%" PRIu64 ",\"swap_total_kib\":%" PRIu64
		",\"tick_ms\":%ld,\"first_ms\":%" PRIu64,
		mem_total, swap_total, TICK_NS / 1000000, rows[0][0]);
	fprintf(out,
		",\"killer\":{\"cpu_ms\":%lu,\"cpu_ns\":%" PRIu64
		",\"major_faults\":%lu,\"rss_kib\":%lu}",
		killer_ticks * 10, killer_ns, killer_faults, killer_rss);
	fputs(",\"deaths\":[", out);
	for (size_t i = 0; i < death_count; i++) {
		fprintf(out, "%s{\"t_ms\":%u,\"pid\":%d,\"signal\":%d,\"code\":%d,\"name\":",
			i ? "," : "", deaths[i].at_ms, deaths[i].pid, deaths[i].signal,
			deaths[i].code);
		json_text(out, deaths[i].name, sizeof deaths[i].name);
		fputc('}', out);
	}
	fputs("],\"available_kib\":[", out);
	for (size_t i = 0; i < tick_count; i++)
		fprintf(out, "%s%u", i ? "," : "", available[i]);
	fputs("],\"fields\":[\"t_ms\"", out);
	for (size_t i = 0; i < SOURCES; i++)
		for (size_t k = 0;
		     k < sizeof sources[i].names / sizeof *sources[i].names && sources[i].names[k];
		     k++)
			fprintf(out, ",\"%s%s\"",
				strstr(sources[i].path, "pressure/memory") ? "memory_"
				: strstr(sources[i].path, "pressure/io")   ? "io_"
									   : "",
				sources[i].names[k]);
	fputs(",\"reads\",\"sectors\",\"read_ms\"],\"samples\":[", out);
	for (size_t i = 0; i < row_count; i++)
		for (size_t k = 0; k < COLUMNS - 1; k++)
			fprintf(out, "%s%" PRIu64 "%s",
				k   ? ","
				: i ? ",["
				    : "[",
				rows[i][k], k == COLUMNS - 2 ? "]" : "");
	fputs("]}\n", out);
}

/*
 * What the first process and the caller run (systemd or a shell, and libc) is locked as well,
 * whoever the killer is: some killers lock libc, which is of use to others too, and under emulation
 * it costs up to a second when such pages are thrown out (lab/guest: settle).
 */
static void map_programs(const char *maps)
{
	char line[512], path[256], last[256] = "";
	FILE *in = fopen(maps, "re");

	while (in && fgets(line, sizeof line, in)) {
		struct stat s;
		int fd;

		if (sscanf(line, "%*s %*s %*s %*s %*s %255s", path) != 1)
			continue;
		if (path[0] != '/' || strcmp(path, last) == 0)
			continue;
		memcpy(last, path, sizeof last);
		fd = open(path, O_RDONLY | O_CLOEXEC);
		if (fd >= 0 && fstat(fd, &s) == 0 && S_ISREG(s.st_mode))
			(void)mmap(NULL, (size_t)s.st_size, PROT_READ, MAP_SHARED, fd, 0);
		if (fd >= 0)
			close(fd);
	}
	if (in)
		fclose(in);
}

static void prepare(void)
{
	char of_caller[64];
	struct sched_param priority = {.sched_priority = 50};

	for (size_t i = 0; i < SOURCES; i++)
		fds[i] = open(sources[i].path, O_RDONLY | O_CLOEXEC);
	disks = open("/proc/diskstats", O_RDONLY | O_CLOEXEC);
	int adjustment = open("/proc/self/oom_score_adj", O_WRONLY | O_CLOEXEC);
	if (write(adjustment, "-1000", 5) != 5)
		perror("recorder: oom_score_adj");
	close(adjustment);
	slurp(fds[0]);
	mem_total = number("MemTotal:");
	swap_total = number("SwapTotal:");
	snprintf(of_caller, sizeof of_caller, "/proc/%d/maps", (int)getppid());
	map_programs("/proc/1/maps");
	map_programs(of_caller);
	if (mlockall(MCL_CURRENT | MCL_FUTURE) != 0 ||
	    sched_setscheduler(0, SCHED_FIFO, &priority) != 0)
		perror("recorder");
}

int main(int argc, char **argv)
{
	if (argc != 7)
		return 2;
	names_of_the_living(); /* a while, and not at real-time priority */
	prepare();
	await_name = argv[3];
	killer_file = argv[6];
	int processes = listen_to_processes(), timer = timerfd_create(CLOCK_MONOTONIC, TFD_CLOEXEC);
	int64_t end_ms = now_ms() + atol(argv[2]) * 1000,
		after_ms = (int64_t)(strtod(argv[5], NULL) * 1000);
	size_t enough = (size_t)atol(argv[4]);
	struct itimerspec period = {.it_interval = {.tv_nsec = TICK_NS},
				    .it_value = {.tv_nsec = TICK_NS}};
	struct pollfd wait[] = {{.fd = processes, .events = POLLIN},
				{.fd = timer, .events = POLLIN}};

	timerfd_settime(timer, 0, &period, NULL);
	while (tick_count < TICKS_MOST && now_ms() < end_ms &&
	       !(enough && awaited >= enough && now_ms() > last_awaited_ms + after_ms)) {
		uint64_t expired;

		poll(wait, 2, -1);
		if (wait[0].revents)
			events(processes);
		if (wait[1].revents && read(timer, &expired, sizeof expired) > 0)
			for (; expired > 0 && tick_count < TICKS_MOST; expired--)
				tick();
	}
	read_killer_memory();
	FILE *out = fopen(argv[1], "we");
	if (!out)
		return 1;
	write_json(out);
	return fclose(out) != 0;
}
