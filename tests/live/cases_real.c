/* SPDX-License-Identifier: MIT */
/*
 * Real programs: first those that are known for holding one memory several times, then what stands
 * on servers and desktops, beside what leaks there. Skipped where one is not installed.
 */
#include "cases.h"

#include <glob.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/types.h>
#include <time.h>
#include <unistd.h>

/* Each page counts once, as in the kernel. */
static const struct machine_shape small = {
	.total_kib = 128 * MIB, .shares = true, .mapped_shmem = true, .own_vmstat = true};
static const struct machine_shape larger = {
	.total_kib = 256 * MIB, .shares = true, .mapped_shmem = true, .own_vmstat = true};

/* Each process counts for itself: what grows without a rest, or is freed before the end, shows. */
static const struct machine_shape simple = {.total_kib = 128 * MIB};
static const struct machine_shape roomy = {.total_kib = 192 * MIB};
static const struct machine_shape roomier = {.total_kib = 512 * MIB};

#define SCRIPT STAGE "/program"

#define READY_SECONDS 70 /* initdb on a busy machine */

static void needs(const char *path)
{
	if (access(path, X_OK) < 0)
		skip("there is no %s", path);
}

/*
 * A shell script becomes an actor, and has made /tmp/ready when all is there. Until then the stage
 * mostly sleeps: where it has a real-time priority, its looks would hold the programs up.
 */
static struct actor *run_script(struct stage *s, const char *text)
{
	write_file(SCRIPT, 0755, text);
	return play(s, SCRIPT, "");
}

static bool is_ready(struct stage *s, const void *nothing)
{
	static const struct timespec nap = {0, 50000000};

	(void)s;
	(void)nothing;
	if (access("/tmp/ready", F_OK) == 0)
		return true;
	(void)nanosleep(&nap, NULL);
	return false;
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

/* A cluster of its own, as a user that is not root; and the shell becomes its postmaster. */
#define POSTGRES_BIN "/usr/lib/postgresql/15/bin"
#define POSTGRES_MADE                                                                              \
	"#!/bin/sh\n"                                                                              \
	"PATH=" POSTGRES_BIN ":$PATH; mkdir /tmp/pg; chown 65534:65534 /tmp/pg\n"                  \
	"as='setpriv --reuid 65534 --regid 65534 --clear-groups'; cd /tmp\n"                       \
	"$as initdb -D /tmp/pg -U me -A trust --no-sync >/dev/null || exit\n"
#define POSTGRES_RUNS(buffers)                                                                     \
	"exec $as postgres -D /tmp/pg -k /tmp -c listen_addresses= -c shared_buffers=" buffers     \
	" \\\n  -c fsync=off -c autovacuum=off -c huge_pages=off -c logging_collector=off"         \
	" 2>/dev/null\n"

static void needs_postgres(const struct stage *s)
{
	needs(POSTGRES_BIN "/postgres");
	if (!s->real_root)
		skip("postgres does not run as root, and others can be played by root only");
}

/* The checkpointer has touched what is to be written of 40 MiB of shared buffers. */
static void r93_postgres_checkpointer(struct stage *s)
{
	struct actor *server, *hog;

	needs_postgres(s);
	server = run_script(
		s, POSTGRES_MADE
		"sql='psql -h /tmp -U me -q -d postgres -c'\n"
		"(until $sql 'select 1'; do sleep 0.1; done\n"
		"$sql \"create table t as select i, repeat('x', 900) from generate_series(1, "
		"30000) "
		"i\"\n"
		"$sql 'update t set i = i + 1'; $sql checkpoint\n"
		">/tmp/ready) >/dev/null 2>&1 &\n" POSTGRES_RUNS("40MB"));
	hog = a_hog(s, "grow=25 touch=/tmp/hog");
	watch(s, "-m 40 -mk 5 -grace 30");
	must_be_only_victim(s, hog, SIGTERM);
	must_live(s, server);
}

/* The session that was there before says what it is asked. */
static bool has_answered(struct stage *s, const void *nothing)
{
	static const struct timespec nap = {0, 50000000};
	char text[16] = "";
	FILE *said = fopen("/tmp/other", "re");
	bool is = said != NULL && fgets(text, sizeof(text), said) != NULL &&
		  strcmp(text, "4711\n") == 0;

	(void)s;
	(void)nothing;
	if (said != NULL)
		(void)fclose(said);
	if (!is)
		(void)nanosleep(&nap, NULL);
	return is;
}

/*
 * One session of PostgreSQL's takes more and more in its own memory: an array in PL/pgSQL. It goes
 * by SIGTERM, which it answers by rolling back; the postmaster would take all sessions with it.
 * The shell becomes the postmaster, which takes what it started for a server process of its own:
 * one that ends with another code than 0 or 1, as psql's, would seem to be a crash.
 */
static void r104_postgres_session(struct stage *s)
{
	struct actor *server;

	needs_postgres(s);
	server = run_script(
		s, POSTGRES_MADE
		"sql='psql -h /tmp -U me -q -d postgres'\n"
		"(until $sql -c 'select 1'; do sleep 0.1; done\n"
		"(while ! [ -e /tmp/after ]; do sleep 0.1; done; echo 'select 4711;') |\n"
		"  $sql -At >/tmp/other &\n"
		">/tmp/ready; while ! [ -e /tmp/go ]; do sleep 0.1; done\n"
		"$sql -c \"do \\$\\$ declare a text[]; begin for i in 1..65 loop\n"
		"  a[i] := repeat('x', 1048576); perform pg_sleep(0.02); end loop;\n"
		"  perform pg_sleep(1000); end \\$\\$\"; exit 0) >/dev/null 2>&1 &\n" POSTGRES_RUNS(
			"16MB"));
	if (!wait_for(s, is_ready, NULL, READY_SECONDS))
		fail("the program is not ready");
	watch(s, "-m 40 -mk 5 -grace 30");
	write_file("/tmp/go", 0644, "");
	must_log(s, "killed [0-9]+ \\(postgres\\) with SIGTERM");
	must_log(s, "recovered: .*, 1 victim");
	must_live(s, server);
	write_file("/tmp/after", 0644, "");
	if (!wait_for(s, has_answered, NULL, READY_SECONDS))
		fail("the other session does not answer any more");
	must_log_times(s, 1, 1, "killed [0-9]+ \\(");
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

/* --- servers and desktops --- */

/*
 * Who is read twice, so long apart, is known to stand still, though it began in the last minute
 * (YOUNGEST_NS of choose/growth.c): so it may be larger than who goes for it.
 */
#define KNOWN_MS 1300

#define PATIENT "-m 40 -mk 5 -grace 30"
#define LEAKER  "/tmp/leaker" /* whoever is to go has written its pid there, if it is no actor */

/* Once all is there; -m keeps the level near, where who grows is looked at. */
static void watch_what_stands(struct stage *s, const char *options)
{
	if (!wait_for(s, is_ready, NULL, READY_SECONDS))
		fail("the program is not ready");
	watch(s, options);
	settle(s, KNOWN_MS);
}

/* A service that stands still, and a smaller hog that begins. */
static void beside_a_hog(struct stage *s, const struct actor *service, const char *hog_words)
{
	struct actor *hog;

	watch_what_stands(s, PATIENT);
	hog = play(s, "hog", hog_words);
	must_be_only_victim(s, hog, SIGTERM);
	must_live(s, service);
}

static bool is_gone(struct stage *s, const void *pid)
{
	(void)s;
	return is_zombie_or_gone(*(const pid_t *)pid);
}

static pid_t number_in(const char *path)
{
	FILE *file = fopen(path, "re");
	int number = 0;

	if (file == NULL || fscanf(file, "%d", &number) != 1)
		fail("there is no number in %s", path);
	(void)fclose(file);
	return number;
}

/* As must_be_only_victim(), for one that is no actor. */
static void leaker_must_go(struct stage *s)
{
	pid_t pid;

	must_log(s, "killed [0-9]+ \\(");
	pid = number_in(LEAKER);
	must_log(s, "killed %d \\(.*\\) with SIGTERM", (int)pid);
	if (!wait_for(s, is_gone, &pid, READY_SECONDS))
		fail("%d is still there", (int)pid);
}

struct family {
	const struct actor *head;
	unsigned workers;
};

static bool has_all_workers(struct stage *s, const void *what)
{
	const struct family *f = what;

	(void)s;
	return count_children(f->head->pid, 0) - count_children(f->head->pid, 'Z') == f->workers;
}

static void must_have_workers(struct stage *s, const struct family *f)
{
	if (!wait_for(s, has_all_workers, f, READY_SECONDS))
		fail("%s has %u children instead of %u", f->head->name,
		     count_children(f->head->pid, 0), f->workers);
	must_live(s, f->head);
}

/* One of these workers takes 22 MiB, beside a larger program that stands still; its head starts
 * another one. */
static void one_worker_leaks(struct stage *s, const struct family *f, const char *other_words,
			     const char *options)
{
	struct actor *other = play(s, "other", other_words);

	must_be_there(s, "/tmp/other");
	must_have_workers(s, f);
	watch_what_stands(s, options);
	write_file("/tmp/go", 0644, "");
	leaker_must_go(s);
	must_have_workers(s, f);
	must_log_times(s, 1, 1, "killed [0-9]+ \\(.*\\) with SIGTERM");
	must_live(s, other);
}

/* A web server has a network of its own, for its port; the request for /leak.php comes with
 * /tmp/go. */
#define WEB                                                                                        \
	"#!/bin/bash\n"                                                                            \
	"[ -n \"$own\" ] || own=1 exec unshare -n $0\n"                                            \
	"cd /tmp; ip link set lo up\n"                                                             \
	"ask() {\n"                                                                                \
	"  until exec 3<>/dev/tcp/127.0.0.1/80; do sleep 0.1; done; exec 3>&-\n"                   \
	"  >ready; until [ -e go ]; do sleep 0.1; done\n"                                          \
	"  exec 3<>/dev/tcp/127.0.0.1/80; printf 'GET /leak.php HTTP/1.0\\r\\n\\r\\n' >&3\n"       \
	"  cat <&3\n"                                                                              \
	"}\n"                                                                                      \
	"(ask >/dev/null 2>&1 &)\n"

static void needs_web(void)
{
	needs("/bin/bash");
	needs("/usr/bin/unshare");
	if (access("/sbin/ip", X_OK) < 0 && access("/usr/sbin/ip", X_OK) < 0)
		skip("there is no ip(8)");
}

/* Twelve workers; the one that leaks would not be the largest process, nor is its head ended. */
static void r97_apache_prefork(struct stage *s)
{
	struct actor *head;

	needs("/usr/sbin/apache2");
	needs_web();
	if (!s->real_root)
		skip("apache does not run as root, and others can be played by root only");
	head = run_script(s, WEB
			  "mkfifo -m 666 never; cat >leak.lua <<'EOF'\n"
			  "function handle(r)\n"
			  "  local kept, out = {}, io.open('/tmp/leaker', 'w')\n"
			  "  out:write(io.open('/proc/self/stat'):read(8)); out:close()\n"
			  "  for i = 1, 22 do kept[i] = string.rep(string.char(i), 1048576) end\n"
			  "  io.open('/tmp/never')\n"
			  "end\n"
			  "EOF\n"
			  "cat >conf <<'EOF'\n"
			  "ServerRoot /usr/lib/apache2\n"
			  "LoadModule mpm_prefork_module modules/mod_mpm_prefork.so\n"
			  "LoadModule authz_core_module modules/mod_authz_core.so\n"
			  "LoadModule lua_module modules/mod_lua.so\n"
			  "DefaultRuntimeDir /tmp\n"
			  "PidFile /tmp/pid\n"
			  "ErrorLog /tmp/log\n"
			  "User #65534\n"
			  "Group #65534\n"
			  "ServerName here\n"
			  "Listen 80\n"
			  "StartServers 12\n"
			  "MinSpareServers 12\n"
			  "MaxRequestWorkers 12\n"
			  "LuaMapHandler /leak /tmp/leak.lua handle\n"
			  "EOF\n"
			  "exec apache2 -f /tmp/conf -DFOREGROUND\n");
	one_worker_leaks(s, &(struct family){head, 12}, "grow=46 touch=/tmp/other", PATIENT);
}

/* And what it speaks through lives. */
static void r97_php_fpm_behind_nginx(struct stage *s)
{
	struct actor *head;
	pid_t front;
	glob_t found;

	needs("/usr/sbin/nginx");
	if (glob("/usr/sbin/php-fpm[0-9]*", 0, NULL, &found) != 0)
		skip("there is no php-fpm");
	globfree(&found);
	needs_web();
	head = run_script(s, WEB
			  "cat >leak.php <<'EOF'\n"
			  "<?php file_put_contents('/tmp/leaker', getmypid());\n"
			  "for ($i = 0; $i < 22; $i++) $kept[] = str_repeat(chr($i), 1 << 20);\n"
			  "sleep(1000);\n"
			  "EOF\n"
			  "cat >nginx.conf <<'EOF'\n"
			  "user root; pid /tmp/pid; error_log stderr; events {}\n"
			  "http { access_log off; server { listen 80; location / {\n"
			  "  fastcgi_pass unix:/tmp/fpm.sock;\n"
			  "  fastcgi_param SCRIPT_FILENAME /tmp$uri;\n"
			  "  fastcgi_param REQUEST_METHOD GET; } } }\n"
			  "EOF\n"
			  "cat >fpm.conf <<'EOF'\n"
			  "[global]\n"
			  "error_log = /tmp/log\n"
			  "[www]\n"
			  "user = root\n"
			  "listen = /tmp/fpm.sock\n"
			  "pm = static\n"
			  "pm.max_children = 6\n"
			  "EOF\n"
			  "fpm=$(echo /usr/sbin/php-fpm[0-9]*)\n"
			  "mkdir -p /var/lib/nginx; nginx -c /tmp/nginx.conf\n"
			  "exec ${fpm##* } -F -R -y /tmp/fpm.conf\n");
	one_worker_leaks(s, &(struct family){head, 6}, "grow=46 touch=/tmp/other", PATIENT);
	front = number_in("/tmp/pid");
	if (is_zombie_or_gone(front))
		fail("nginx has ended");
}

/* Its workers finish their request at SIGTERM, which this one never does. */
static void r41_gunicorn(struct stage *s)
{
	struct actor *head;

	needs("/usr/bin/gunicorn");
	needs_web();
	head = run_script(s, WEB
			  "cat >app.py <<'EOF'\n"
			  "import os, time\n"
			  "def app(environ, start):\n"
			  "    with open('/tmp/leaker', 'w') as out:\n"
			  "        out.write(str(os.getpid()))\n"
			  "    kept = [bytes([i]) * (1 << 20) for i in range(22)]\n"
			  "    while True:\n"
			  "        time.sleep(1)\n"
			  "EOF\n"
			  "exec gunicorn -w 4 -t 0 -b 127.0.0.1:80 --log-file /tmp/log app:app\n");
	one_worker_leaks(s, &(struct family){head, 4}, "grow=24 touch=/tmp/other",
			 "-m 40 -mk 5 -grace 0.3");
	must_log(s, "killed %d \\(gunicorn\\) with SIGKILL", (int)number_in(LEAKER));
	must_log_times(s, 2, 2, "killed [0-9]+ \\(");
}

/* Four workers that have room for many connections hold more together than the hog. */
static void r97_nginx(struct stage *s)
{
	struct actor *head;

	needs("/usr/sbin/nginx");
	head = run_script(
		s, "#!/bin/sh\n"
		   "cat >/tmp/conf <<'EOF'\n"
		   "user root; pid /tmp/pid; error_log /tmp/log; daemon off; worker_processes 4;\n"
		   "worker_rlimit_nofile 20000; events { worker_connections 20000; }\n"
		   "http { access_log off; server { listen unix:/tmp/sock; } }\n"
		   "EOF\n"
		   "mkdir -p /var/lib/nginx; >/tmp/ready; exec nginx -c /tmp/conf\n");
	must_have_workers(s, &(struct family){head, 4});
	must_hold(s, 4 * 7 * MIB);
	beside_a_hog(s, head, "grow=28");
	must_have_workers(s, &(struct family){head, 4});
}

/* It holds 76 MiB: twice what the hog has when it goes. */
static void r97_mariadb(struct stage *s)
{
	struct actor *server;

	needs("/usr/sbin/mariadbd");
	server = run_script(
		s, "#!/bin/sh\n"
		   "mkdir /tmp/data; cd /tmp\n"
		   "cat >init.sql <<'EOF'\n"
		   "create database d;\n"
		   "create table d.t (i int primary key, x char(200)) engine=innodb;\n"
		   "insert into d.t select seq, repeat('x', 200) from d.seq_1_to_60000;\n"
		   "select 1 into outfile '/tmp/ready';\n"
		   "EOF\n"
		   "exec mariadbd --no-defaults --user=root --datadir=/tmp/data --socket=/tmp/sock "
		   "\\\n"
		   "  --pid-file=/tmp/pid --skip-networking --skip-grant-tables \\\n"
		   "  --innodb-buffer-pool-size=32M --innodb-log-buffer-size=2M \\\n"
		   "  --innodb-log-file-size=8M --innodb-flush-log-at-trx-commit=0 \\\n"
		   "  --secure-file-priv= --init-file=/tmp/init.sql\n");
	beside_a_hog(s, server, "grow=60");
}

/* R105 in small: what leaks was there before, as the machine was. */
static void r105_qemu(struct stage *s)
{
	struct actor *machine, *leak;

	needs("/usr/bin/qemu-system-x86_64");
	leak = play(s, "manager", "grow=5 touch=/tmp/ready wait=/tmp/go grow=40");
	machine = run_script(s, "#!/bin/sh\n"
				"exec qemu-system-x86_64 -accel tcg,tb-size=8 -S -nodefaults \\\n"
				"  -display none -machine pc,memory-backend=ram -m 40M \\\n"
				"  -object memory-backend-ram,id=ram,size=40M,prealloc=on\n");
	must_hold(s, 45 * MIB);
	watch_what_stands(s, "-m 48 -mk 5 -grace 30");
	write_file("/tmp/go", 0644, "");
	must_be_only_victim(s, leak, SIGTERM);
	must_live(s, machine);
}

/* R98: the server with all that a long output has left in it, its shell, and what runs there. */
static void r98_tmux(struct stage *s)
{
	pid_t server, shell;

	needs("/usr/bin/tmux");
	(void)play(s, "hog", "end"); /* so that the file is there */
	(void)run_script(s,
			 "#!/bin/sh\n"
			 "tmux() { command tmux -S /tmp/sock -f /tmp/conf \"$@\"; }\n"
			 "echo 'set -g history-limit 100000' >/tmp/conf; cd /tmp\n"
			 "TERM=screen tmux new-session -d /bin/sh\n"
			 "tmux display -p '#{pid}' >server; tmux display -p '#{pane_pid}' >shell\n"
			 "tmux send-keys 'seq -s \" \" 450000; >ready' Enter\n"
			 "until [ -e go ]; do sleep 0.05; done\n"
			 "tmux send-keys '" STAGE "/bin/hog grow=40; >after' Enter\n"
			 "exec sleep 1000\n");
	watch_what_stands(s, PATIENT);
	server = number_in("/tmp/server");
	shell = number_in("/tmp/shell");
	write_file("/tmp/go", 0644, "");
	must_log(s, "killed [0-9]+ \\(hog\\) with SIGTERM");
	must_be_there(s, "/tmp/after");
	must_log_times(s, 1, 1, "killed [0-9]+ \\(");
	if (is_zombie_or_gone(server) || is_zombie_or_gone(shell))
		fail("tmux has ended");
}

/* A build in which one file makes the compiler grow without an end: the others are compiled. */
static void r97_make_of_templates(struct stage *s)
{
	struct actor *shell;

	needs("/usr/bin/g++");
	needs("/usr/bin/make");
	shell = run_script(s,
			   "#!/bin/sh\n"
			   "cd /tmp; ulimit -v 400000\n"
			   "cat >tree.h <<'EOF'\n"
			   "template <long L, long H> struct node {\n"
			   "  node<L, (L + H) / 2> a;\n"
			   "  node<(L + H) / 2 + 1, H> b;\n"
			   "};\n"
			   "template <long L> struct node<L, L> { char c; };\n"
			   "EOF\n"
			   "for i in 1 2 3 4 5 6; do\n"
			   "  printf '#include \"tree.h\"\\nnode<0, 511> all;\\n' >file$i.cc\n"
			   "done\n"
			   "printf '#include \"tree.h\"\\nnode<0, 10000000> all;\\n' >file0.cc\n"
			   "printf 'all: %s\\n' \"$(echo file?.cc | sed 's/cc/o/g')\" >Makefile\n"
			   ">ready; until [ -e go ]; do sleep 0.05; done\n"
			   "make -k -j4; echo $? >made\n"
			   "exec sleep 1000\n");
	watch_what_stands(s, "-m 45 -mk 5 -grace 30");
	write_file("/tmp/go", 0644, "");
	must_log(s, "killed [0-9]+ \\(cc1plus\\) with SIGTERM");
	must_be_there(s, "/tmp/made");
	must_log_times(s, 1, 1, "killed [0-9]+ \\(");
	must_live(s, shell);
	must_be_there(s, "/tmp/file6.o");
	if (access("/tmp/file0.o", F_OK) == 0)
		fail("the file that grows was compiled");
}

/* Is there a number in the file whose process was ended? */
static bool was_killed_of(const char *path)
{
	FILE *file = fopen(path, "re");
	char regex[64];
	bool found = false;
	int number;

	while (file != NULL && fscanf(file, "%d", &number) == 1 && !found) {
		(void)snprintf(regex, sizeof(regex), "killed %d \\(", number);
		found = log_times(regex) > 0;
	}
	if (file != NULL)
		(void)fclose(file);
	return found;
}

/* A page that takes more and more in the end: whoever draws it goes, and the browser lives. */
static void chromium(struct stage *s)
{
	struct actor *browser;

	needs("/usr/bin/chromium");
	needs("/usr/bin/pgrep");
	browser = run_script(
		s, "#!/bin/sh\n"
		   "cd /tmp; export HOME=/tmp\n"
		   "echo '<meta http-equiv=refresh content=1>' >page.html\n"
		   "(while sleep 0.2; do pgrep -f type=renderer >>renderers && >ready; done &)\n"
		   "exec chromium --headless --no-sandbox --disable-gpu --no-first-run \\\n"
		   "  --user-data-dir=/tmp/profile file:///tmp/page.html\n");
	watch_what_stands(s, "-m 45 -mk 5 -grace 30");
	write_file("/tmp/page.html", 0644,
		   "<script>let kept = []; setInterval(() => {\n"
		   "if (kept.length < 150) kept.push(new Uint8Array(1 << 20).fill(kept.length));\n"
		   "}, 10)</script>\n");
	must_log(s, "killed [0-9]+ \\(chromium\\) with SIGTERM");
	settle(s, 500);
	must_log_times(s, 1, 1, "killed [0-9]+ \\(");
	if (!was_killed_of("/tmp/renderers"))
		fail("it was no renderer");
	must_live(s, browser);
}

const struct live_case real_cases[] = {
	{"r93_postgres_checkpointer", r93_postgres_checkpointer, &small, false},
	{"r104_postgres_session", r104_postgres_session, &small, false},
	{"r94_redis_saves", r94_redis_saves, &small, false},
	{"r94_workers_of_a_preloaded_master", r94_workers_of_a_preloaded_master, &small, false},
	{"r95_java_zgc", r95_java_zgc, &larger, false},
	{"r97_apache_prefork", r97_apache_prefork, &simple, false},
	{"r97_php_fpm_behind_nginx", r97_php_fpm_behind_nginx, &small, false},
	{"r41_gunicorn", r41_gunicorn, &small, false},
	{"r97_nginx", r97_nginx, NULL, false},
	{"r97_mariadb", r97_mariadb, &roomy, false},
	{"r105_qemu", r105_qemu, &roomy, false},
	{"r98_tmux", r98_tmux, NULL, false},
	{"chromium", chromium, &roomier, false},
	{"r97_make_of_templates", r97_make_of_templates, &roomy, false},
	{NULL, NULL, NULL, false},
};
