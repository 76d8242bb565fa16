/* SPDX-License-Identifier: MIT */
/* Programs that are known for holding one memory several times. Skipped where one is not installed.
 */
#include "cases.h"

#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/types.h>
#include <unistd.h>

/* Each page counts once, as in the kernel. */
static const struct machine_shape small = {
	.total_kib = 128 * MIB, .shares = true, .mapped_shmem = true, .own_vmstat = true};
static const struct machine_shape larger = {
	.total_kib = 256 * MIB, .shares = true, .mapped_shmem = true, .own_vmstat = true};

#define SCRIPT STAGE "/program"

#define READY_SECONDS 70 /* initdb on a busy machine */

static void needs(const char *path)
{
	if (access(path, X_OK) < 0)
		skip("there is no %s", path);
}

/* A shell script becomes an actor; `then` waits until it has made /tmp/ready. */
static struct actor *run_script(struct stage *s, const char *text)
{
	write_file(SCRIPT, 0755, text);
	return play(s, SCRIPT, "");
}

static bool is_ready(struct stage *s, const void *nothing)
{
	(void)s;
	(void)nothing;
	return access("/tmp/ready", F_OK) == 0;
}

static struct actor *a_hog(struct stage *s, const char *words)
{
	struct actor *hog;

	if (!wait_for(s, is_ready, NULL, READY_SECONDS))
		fail("the program is not ready");
	hog = play(s, "hog", words);
	must_be_there(s, "/tmp/hog");
	return hog;
}

/* The server and the copy that saves it have 40 MiB together, and both show all of it. */
static void r94_redis_saves(struct stage *s)
{
	struct actor *server, *hog;

	needs("/usr/bin/redis-server");
	needs("/usr/bin/redis-cli");
	server = run_script(
		s, "#!/bin/sh\n"
		   "cd /tmp; cli='redis-cli -s /tmp/redis.sock'\n"
		   "(until $cli ping; do sleep 0.05; done; $cli debug populate 40 key 1048576\n"
		   "$cli bgsave; until [ \"$(pgrep -c redis-server)\" = 2 ]; do sleep 0.05; done\n"
		   ">/tmp/ready) >/dev/null 2>&1 &\n"
		   "exec redis-server --port 0 --unixsocket /tmp/redis.sock --save '' \\\n"
		   "  --enable-debug-command yes --rdb-key-save-delay 2000000 >/dev/null\n");
	hog = a_hog(s, "grow=25 touch=/tmp/hog");
	watch(s, "-m 45 -mk 5 -grace 30");
	must_be_only_victim(s, hog, SIGTERM);
	must_live(s, server);
	if (count_children(server->pid, 'S') != 1)
		fail("the copy that saves has ended");
}

/* The checkpointer has touched what is to be written of 40 MiB of shared buffers. */
static void r93_postgres_checkpointer(struct stage *s)
{
	static const char bin[] = "/usr/lib/postgresql/15/bin/postgres";
	struct actor *server, *hog;

	needs(bin);
	if (!s->real_root)
		skip("postgres does not run as root, and others can be played by root only");
	server = run_script(
		s,
		"#!/bin/sh\n"
		"PATH=/usr/lib/postgresql/15/bin:$PATH; mkdir /tmp/pg; chown 65534:65534 /tmp/pg\n"
		"as='setpriv --reuid 65534 --regid 65534 --clear-groups'; cd /tmp\n"
		"$as initdb -D /tmp/pg -U me -A trust --no-sync >/dev/null || exit\n"
		"sql='psql -h /tmp -U me -q -d postgres -c'\n"
		"(until $sql 'select 1'; do sleep 0.1; done\n"
		"$sql \"create table t as select i, repeat('x', 900) from generate_series(1, "
		"30000) "
		"i\"\n"
		"$sql 'update t set i = i + 1'; $sql checkpoint\n"
		">/tmp/ready) >/dev/null 2>&1 &\n"
		"exec $as postgres -D /tmp/pg -k /tmp -c listen_addresses= -c shared_buffers=40MB "
		"\\\n"
		"  -c fsync=off -c autovacuum=off -c huge_pages=off -c logging_collector=off "
		"2>/dev/null\n");
	hog = a_hog(s, "grow=25 touch=/tmp/hog");
	watch(s, "-m 40 -mk 5 -grace 30");
	must_be_only_victim(s, hog, SIGTERM);
	must_live(s, server);
}

static bool has_its_heap(struct stage *s, const void *java)
{
	(void)s;
	return status_number(((const struct actor *)java)->pid, "RssShmem") >=
	       (uint64_t)3 * 32 * MIB;
}

/* Its heap of 32 MiB is mapped three times: its 77 MiB (OpenJDK 17) seem to be 141. */
static void r95_java_zgc(struct stage *s)
{
	struct actor *java, *hog;

	needs("/usr/bin/java");
	java = run_script(s, "#!/bin/sh\n"
			     "java -XX:+UseZGC -Xmx32m -version >/tmp/version 2>&1 &&\n"
			     "  ! grep -q 'version \"2[3-9]' /tmp/version || >/tmp/none\n"
			     ">/tmp/ready\n"
			     "exec java -XX:+UseZGC -XX:+AlwaysPreTouch -Xms32m -Xmx32m \\\n"
			     "  -m java.rmi/sun.rmi.registry.RegistryImpl 0 >/dev/null 2>&1\n");
	if (!wait_for(s, is_ready, NULL, READY_SECONDS))
		fail("java does not say its version");
	if (access("/tmp/none", F_OK) == 0)
		skip("this java has no ZGC that maps its heap three times");
	if (!wait_for(s, has_its_heap, java, 60))
		fail("java has not got its heap");
	hog = a_hog(s, "grow=110 touch=/tmp/hog");
	watch(s, "-m 40 -mk 5 -grace 30");
	must_be_only_victim(s, hog, SIGTERM);
	must_live(s, java);
}

/* Workers that were forked with 30 MiB, as gunicorn's with --preload, and have 3 each of their own.
 */
static void r94_workers_of_a_preloaded_master(struct stage *s)
{
	struct actor *master, *hog;

	needs("/usr/bin/python3");
	master = run_script(
		s, "#!/usr/bin/python3\n"
		   "import os, time\n"
		   "app = b'x' * (30 << 20)\n"
		   "for i in range(4):\n"
		   "    if os.fork() == 0:\n"
		   "        own = b'y' * (3 << 20)\n"
		   "        open('/tmp/worker%d' % i, 'w').close()\n"
		   "        time.sleep(1000)\n"
		   "while not all(os.path.exists('/tmp/worker%d' % i) for i in range(4)):\n"
		   "    time.sleep(0.01)\n"
		   "open('/tmp/ready', 'w').close()\n"
		   "time.sleep(1000)\n");
	hog = a_hog(s, "grow=25 touch=/tmp/hog");
	watch(s, "-m 45 -mk 5 -grace 30");
	must_be_only_victim(s, hog, SIGTERM);
	must_live(s, master);
	if (count_children(master->pid, 'Z') > 0 || count_children(master->pid, 0) != 4)
		fail("a worker has ended");
}

const struct live_case real_cases[] = {
	{"r93_postgres_checkpointer", r93_postgres_checkpointer, &small, false},
	{"r94_redis_saves", r94_redis_saves, &small, false},
	{"r94_workers_of_a_preloaded_master", r94_workers_of_a_preloaded_master, &small, false},
	{"r95_java_zgc", r95_java_zgc, &larger, false},
	{NULL, NULL, NULL, false},
};
