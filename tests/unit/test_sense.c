/* SPDX-License-Identifier: MIT */
#include "look/sense.h"

#include <fcntl.h>
#include <inttypes.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/util.h"
#include "proctree.h"

static const char *fixtures;
static struct sense sense;
static int tree;

static int set_up(void **state)
{
	(void)state;
	tree = tree_make(8000000, 4000000);
	return sense_open(&sense, tree);
}

static int tear_down(void **state)
{
	(void)state;
	sense_close(&sense);
	tree_drop();
	return 0;
}

static struct sample look(bool detail)
{
	struct sample s;

	sense_read(&sense, detail, &s);
	return s;
}

static void reads_levels(void **state)
{
	struct sample s = look(false);

	(void)state;
	assert_int_equal(s.have, HAVE_MEM | HAVE_AVAILABLE | HAVE_SWAP);
	assert_int_equal(s.mem_total_kib, 8000000);
	assert_int_equal(s.mem_available_kib, 4000000);
	assert_int_equal(s.swap_total_kib, 0);
	assert_true(s.now_ns > 0);
}

static void sees_what_changes(void **state)
{
	(void)state;
	(void)look(false);
	tree_write("meminfo", "MemTotal: 9000000 kB\nMemFree: 1 kB\nMemAvailable: 3 kB\nSwapTotal: "
			      "5 kB\nSwapFree: 4 kB\n");
	assert_int_equal(look(false).mem_total_kib, 9000000); /* R11 */
	assert_int_equal(look(false).mem_available_kib, 3);
	assert_int_equal(look(false).swap_free_kib, 4); /* R04 */
}

/* MemFree 100 + Buffers 20 + Cached 300 + SReclaimable 40 - Shmem 50 */
static void r02_without_available_it_is_estimated(void **state)
{
	(void)state;
	tree_write("meminfo", "MemTotal: 1000 kB\nMemFree: 100 kB\nBuffers: 20 kB\nCached: 300 "
			      "kB\nSwapTotal: 0 kB\n"
			      "SwapFree: 0 kB\nShmem: 50 kB\nSReclaimable: 40 kB\n");
	for (int detail = 0; detail <= 1; detail++) {
		struct sample s = look(detail);

		assert_int_equal(s.mem_available_kib, 410);
		assert_true(s.have & HAVE_MEM);
		assert_false(s.have & HAVE_AVAILABLE);
	}
}

static void r07_zfs_gives_back_what_is_above_its_minimum(void **state)
{
	struct sample s;

	(void)state;
	assert_int_equal(mkdirat(tree, "spl", 0755), 0);
	assert_int_equal(mkdirat(tree, "spl/kstat", 0755), 0);
	assert_int_equal(mkdirat(tree, "spl/kstat/zfs", 0755), 0);
	/* ZFS 2.2: no arc_meta_* lines; bytes */
	tree_write(
		"spl/kstat/zfs/arcstats",
		"13 1 0x01 147 39984 5 6\nname type data\nc_min 4 104857600\nsize 4 1153433600\n");
	sense_close(&sense);
	assert_int_equal(sense_open(&sense, tree), 0);
	s = look(false);
	assert_true(s.have & HAVE_ARC);
	assert_int_equal(s.arc_kib, 1000 * 1024);
	assert_int_equal(s.mem_available_kib, 4000000 + 1000 * 1024);
	tree_write("spl/kstat/zfs/arcstats", "name type data\nc_min 4 500\nsize 4 400\n");
	assert_int_equal(look(false).mem_available_kib, 4000000);
	tree_write("spl/kstat/zfs/arcstats", "nothing that is known\n");
	assert_int_equal(look(false).mem_available_kib, 4000000);
	tree_write("spl/kstat/zfs/arcstats", "c_min 4 0\nsize 4 18446744073709551615\n");
	assert_int_equal(look(false).mem_available_kib, 8000000); /* never more than there is */
}

static void r10_a_broken_read_is_no_look(void **state)
{
	static const char *const texts[] = {"", "garbage\n", "MemTotal: 8000000 kB",
					    "MemTotal:\nMemFree:\n",
					    "MemTotal: 0 kB\nMemFree: 0 kB\nMemAvailable: 0 kB\n"};

	(void)state;
	for (unsigned i = 0; i < ARRAY_SIZE(texts); i++) {
		tree_write("meminfo", "%s", texts[i]);
		assert_false(look(false).have & HAVE_MEM);
	}
	tree_write("meminfo", "MemTotal: 8 kB\nMemFree: 4 kB\nMemAvailable: 4 kB\n");
	assert_true(look(false).have & HAVE_MEM);
}

static void detail_says_who_holds_it(void **state)
{
	struct sample s;

	(void)state;
	tree_write("meminfo",
		   "MemTotal: 8000 kB\nMemFree: 10 kB\nMemAvailable: 20 kB\nSwapTotal: 0 "
		   "kB\nSwapFree: 0 "
		   "kB\nAnonPages: 100 kB\n"
		   "Cached: 70 kB\nMapped: 55 kB\nShmem: 30 kB\nSUnreclaim: 40 kB\nKernelStack: 1 "
		   "kB\nPageTables: 2 "
		   "kB\nSecPageTables: 3 kB\n"
		   "VmallocUsed: 4 kB\nPercpu: 5 kB\nHugePages_Total: 3\nHugepagesize: 2048 kB\n");
	tree_write("vmstat", "nr_free_pages 1\noom_kill 7\n");
	s = look(true);
	assert_int_equal(s.have,
			 HAVE_MEM | HAVE_AVAILABLE | HAVE_SWAP | HAVE_DETAIL | HAVE_OOM_KILLS);
	assert_int_equal(s.anon_kib, 100);
	assert_int_equal(s.mapped_kib, 55);
	assert_int_equal(s.shmem_kib, 30);
	assert_int_equal(s.file_kib, 40);
	assert_int_equal(s.slab_kib, 40);
	assert_int_equal(s.kernel_kib, 15);
	assert_int_equal(s.page_tables_kib, 2);
	assert_int_equal(s.hugetlb_kib, 6144); /* before 4.16 there is no Hugetlb line */
	assert_int_equal(s.kernel_oom_kills, 7);
	/* Added later: the levels are read again with it, for the lines belong together. */
	s = look(false);
	tree_write("meminfo",
		   "MemTotal: 8000 kB\nMemFree: 11 kB\nMemAvailable: 21 kB\nAnonPages: 101 kB\n");
	sense_detail(&sense, &s);
	assert_int_equal(s.have,
			 HAVE_MEM | HAVE_AVAILABLE | HAVE_SWAP | HAVE_DETAIL | HAVE_OOM_KILLS);
	assert_int_equal(s.mem_available_kib, 21);
	assert_int_equal(s.anon_kib, 101);
	assert_int_equal(s.kernel_oom_kills, 7);
	tree_write("vmstat", "nr_free_pages 1\n");
	assert_false(look(true).have & HAVE_OOM_KILLS); /* before 4.13 */
}

/* The machine of the laboratory, and one before 4.8 without pressure. */
static void what_is_waited_for(void **state)
{
	struct sample s;

	(void)state;
	assert_int_equal(mkdirat(tree, "sys", 0755), 0);
	assert_int_equal(mkdirat(tree, "sys/vm", 0755), 0);
	assert_int_equal(mkdirat(tree, "pressure", 0755), 0);
	tree_write("sys/vm/min_free_kbytes", "4000\n");
	tree_write("sys/vm/watermark_scale_factor", "10\n");
	tree_write("diskstats", "   8       0 sda 100 5 2000 300 7 7 7 7 0 7 7\n");
	tree_write("loadavg", "0.20 0.18 0.12 4/80 11206\n");
	tree_write("pressure/memory", "some avg10=0.00 avg60=0.00 avg300=0.00 total=5\nfull "
				      "avg10=0.00 avg60=0.00 avg300=0.00 total=6\n");
	tree_write("pressure/io", "some avg10=0.00 avg60=0.00 avg300=0.00 total=7\nfull avg10=0.00 "
				  "avg60=0.00 avg300=0.00 total=8\n");
	tree_write("vmstat", "workingset_refault_anon 3\nworkingset_refault_file 4\npgmajfault "
			     "9\npswpin 13\npswpout "
			     "11\nallocstall_dma 1\n"
			     "allocstall_normal 2\nallocstall_movable 3\n"
			     "pgsteal_kswapd 50\npgsteal_direct 8\npgsteal_anon 90\n");
	sense_close(&sense);
	assert_int_equal(sense_open(&sense, tree), 0);
	s = look(false);
	assert_int_equal(s.low_kib, 0); /* not known before it was asked for */
	sense_waits(&sense, &s);
	assert_int_equal(s.have, HAVE_MEM | HAVE_AVAILABLE | HAVE_SWAP | HAVE_WAITS |
					 HAVE_REFAULTS | HAVE_PRESSURE | HAVE_STEALS);
	assert_int_equal(s.low_kib, 4000 + 8000); /* min, and a thousandth of 8 GB */
	assert_int_equal(s.waits.refaults, 7);
	assert_int_equal(s.waits.major_faults, 9);
	assert_int_equal(s.waits.swap_in_kib, 13 * (uint64_t)sysconf(_SC_PAGESIZE) / 1024);
	assert_int_equal(s.waits.swap_out_kib, 11 * (uint64_t)sysconf(_SC_PAGESIZE) / 1024);
	assert_int_equal(s.waits.alloc_stalls, 6);
	assert_int_equal(s.waits.steals, 58);
	assert_int_equal(s.waits.disks, 1);
	assert_int_equal(s.waits.disk_reads, 100);
	assert_int_equal(s.waits.disk_read_pages, 2000 * 512 / sysconf(_SC_PAGESIZE));
	assert_int_equal(s.waits.disk_read_ms, 300);
	assert_int_equal(s.running, 3);
	assert_int_equal(s.page_kib, sysconf(_SC_PAGESIZE) / 1024);
	assert_int_equal(s.waits.pressure_full_us, 6);
	assert_int_equal(s.waits.io_full_us, 8);
	assert_int_equal(look(false).low_kib, 12000);
	tree_write("vmstat", "pgmajfault 9\npswpout 11\nallocstall 6\n"); /* 3.10 */
	tree_write("pressure/memory", "%s", "");
	s = look(false);
	sense_waits(&sense, &s);
	assert_int_equal(s.have, HAVE_MEM | HAVE_AVAILABLE | HAVE_SWAP | HAVE_WAITS);
	assert_int_equal(s.waits.alloc_stalls, 6);
}

static void write_pool(uint64_t available_kib, uint64_t pool_kib)
{
	tree_write("meminfo",
		   "MemTotal: 8000000 kB\nMemFree: 1000 kB\nMemAvailable: %" PRIu64
		   " kB\nSwapTotal: 0 kB\nSwapFree: 0 kB\nCmaFree: 900 kB\nHugePages_Surp: 0\n"
		   "Hugepagesize: 2048 kB\nHugetlb: %" PRIu64 " kB\n",
		   available_kib, pool_kib);
}

/* The pool is set at run time: an idle look sees it where there was one before, and what an idle
 * look did not see is seen before anything is decided. */
static void r79_the_pool_is_resized(void **state)
{
	struct sample s;

	(void)state;
	write_pool(600000, 6000000);
	s = look(false);
	assert_int_equal(s.mem_total_kib, 2000000);
	assert_int_equal(s.ram_kib, 8000000);
	assert_int_equal(s.pool_kib, 6000000);
	assert_int_equal(s.cma_free_kib, 900); /* R87: in every look, where there is any */
	write_pool(600000, 4000000);
	assert_int_equal(look(false).mem_total_kib, 4000000);
	write_pool(600000, 0);
	assert_int_equal(look(false).mem_total_kib, 8000000);
	(void)look(true);
	write_pool(600000, 6000000);
	s = look(false); /* not seen: too little of all, so that memory looks lower than it is, */
	assert_int_equal(s.mem_total_kib, 8000000);
	sense_detail(&sense, &s); /* and is looked at again */
	assert_int_equal(s.mem_total_kib, 2000000);
	assert_int_equal(s.hugetlb_kib, 6000000);
}

/* The container of old lxcfs, at an idle look. */
static void r84_an_idle_look_at_two_worlds(void **state)
{
	struct sample s;

	(void)state;
	tree_write("meminfo", "MemTotal: 4194304 kB\nMemFree: 5120 kB\nMemAvailable: 5120 kB\n"
			      "Cached: 3145728 kB\nSwapTotal: 0 kB\nSwapFree: 0 kB\n"
			      "AnonPages: 12582912 kB\n");
	for (int detail = 1; detail >= 0; detail--) {
		s = look(detail);
		assert_true(s.have & HAVE_FOREIGN);
		assert_false(s.have & HAVE_AVAILABLE);
		assert_int_equal(s.mem_available_kib, 3145728 + 5120);
	}
}

static void write_swap(uint64_t total_kib, uint64_t free_kib, uint64_t used_kib)
{
	tree_write("meminfo",
		   "MemTotal: 8000000 kB\nMemFree: 1000 kB\nMemAvailable: 4000 kB\n"
		   "SwapTotal: %" PRIu64 " kB\nSwapFree: %" PRIu64 " kB\n",
		   total_kib, free_kib);
	tree_write("swaps",
		   "Filename Type Size Used Priority\n/dev/sda2 partition 2000 %" PRIu64 " -2\n",
		   used_kib);
}

/* What swapoff has left to do counts as total and as free: it is neither. */
static void r88_swapoff_is_seen(void **state)
{
	struct sample s;

	(void)state;
	write_swap(2000, 500, 1500);
	sense_close(&sense);
	assert_int_equal(sense_open(&sense, tree), 0);
	s = look(false);
	assert_int_equal(s.swap_leaving_kib, 0);
	assert_int_equal(s.swap_free_kib, 500);
	write_swap(1400, 1400, 1400);
	s = look(false);
	assert_int_equal(s.swap_leaving_kib, 1400);
	assert_int_equal(s.swap_total_kib, 0);
	assert_int_equal(s.swap_free_kib, 0);
	assert_int_equal(look(false).swap_leaving_kib, 1400); /* it hangs */
	write_swap(2000, 600, 1400);                          /* it was interrupted */
	s = look(false);
	assert_int_equal(s.swap_leaving_kib, 0);
	assert_int_equal(s.swap_total_kib, 2000);
}

/* A virtual machine before 6.16: the size of the balloon is what went in less what came out. */
static void r88_a_balloon_by_its_counters(void **state)
{
	uint64_t page_kib = (uint64_t)sysconf(_SC_PAGESIZE) / 1024;
	struct sample s;

	(void)state;
	tree_write("meminfo", "MemTotal: 8000000 kB\nMemFree: 200000 kB\nMemAvailable: 300000 kB\n"
			      "SwapTotal: 0 kB\nSwapFree: 0 kB\nAnonPages: 1700000 kB\n");
	tree_write("vmstat",
		   "oom_kill 0\nballoon_inflate %" PRIu64 "\nballoon_deflate %" PRIu64 "\n",
		   7000000 / page_kib, 1000000 / page_kib);
	s = look(true);
	assert_int_equal(s.balloon_kib, 6000000);
	assert_int_equal(s.mem_total_kib, 2000000);
	assert_int_equal(look(false).mem_total_kib, 2000000);
	tree_write("vmstat", "balloon_inflate 5\nballoon_deflate 9\n");
	assert_int_equal(look(true).mem_total_kib, 8000000);
}

/* R87: 128 CPUs, 780 MiB in their lists, in a file of more than 64 KiB. */
static void r87_zoneinfo_of_many_cpus(void **state)
{
	static char text[128 * 600];
	size_t n = 0;
	struct sample s;

	(void)state;
	for (unsigned i = 0; i < 128; i++)
		n += (size_t)snprintf(text + n, sizeof(text) - n,
				      "    cpu: %u\n              count:    1560\n%*s\n", i, 500,
				      "high: 1");
	tree_write("zoneinfo", "%s", text);
	sense_close(&sense);
	assert_int_equal(sense_open(&sense, tree), 0);
	s = look(false);
	assert_int_equal(sense_lists_kib(&sense, &s),
			 128 * 1560 * (uint64_t)sysconf(_SC_PAGESIZE) / 1024);
	s.have |= HAVE_FOREIGN;
	assert_int_equal(sense_lists_kib(&sense, &s), 0);
}

static void without_disks_nothing_is_waited_for(void **state)
{
	struct sample s = look(false);

	(void)state;
	sense_waits(&sense, &s);
	assert_false(s.have & HAVE_WAITS);
}

/* A tree of files is not written to; /proc of a kernel with pressure wakes us, or says why it does
 * not. */
static void the_trigger(void **state)
{
	struct sense real;
	int fd = open("/proc", O_RDONLY | O_DIRECTORY), r;

	(void)state;
	(void)mkdirat(tree, "pressure", 0755);
	tree_write("pressure/memory", "some total=0\n");
	assert_int_equal(sense_arm(&sense), 0);
	assert_int_equal(sense.trigger_fd, -1);
	assert_int_equal(sense_open(&real, fd), 0);
	r = sense_arm(&real);
	assert_true(r <= 0);
	assert_int_equal(r == 0, real.trigger_fd >= 0);
	sense_disarm(&real);
	assert_int_equal(real.trigger_fd, -1);
	sense_close(&real);
	(void)close(fd);
}

static void nothing_to_open(void **state)
{
	struct sense none;
	int fd = open("/tmp", O_RDONLY | O_DIRECTORY);

	(void)state;
	assert_int_equal(sense_open(&none, fd), -2 /* ENOENT */);
	(void)close(fd);
}

/* Every machine that was kept: its levels are read, and the holders are not more than the machine
 * has. */
static void fixtures_are_read(void **state)
{
	static const char *const machines[] = {"normal",       "no-swap",   "zram",
					       "cgroup-v1",    "cgroup-v2", "kernel-3.10",
					       "hostile-names"};

	(void)state;
	for (unsigned i = 0; i < ARRAY_SIZE(machines); i++) {
		char path[512];
		struct sense kept;
		struct sample s;
		int fd;

		(void)snprintf(path, sizeof(path), "%s/%s", fixtures, machines[i]);
		fd = open(path, O_RDONLY | O_DIRECTORY);
		assert_true(fd >= 0);
		assert_int_equal(sense_open(&kept, fd), 0);
		sense_read(&kept, true, &s);
		assert_true(s.have & HAVE_MEM);
		assert_true(s.mem_available_kib > 0 && s.mem_available_kib < s.mem_total_kib);
		assert_true(s.anon_kib + s.shmem_kib + s.slab_kib + s.kernel_kib <=
			    s.mem_total_kib);
		assert_int_equal((s.have & HAVE_AVAILABLE) != 0, i != 5);
		sense_close(&kept);
		(void)close(fd);
	}
}

int main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(reads_levels, set_up, tear_down),
		cmocka_unit_test_setup_teardown(sees_what_changes, set_up, tear_down),
		cmocka_unit_test_setup_teardown(r02_without_available_it_is_estimated, set_up,
						tear_down),
		cmocka_unit_test_setup_teardown(r07_zfs_gives_back_what_is_above_its_minimum,
						set_up, tear_down),
		cmocka_unit_test_setup_teardown(r10_a_broken_read_is_no_look, set_up, tear_down),
		cmocka_unit_test_setup_teardown(detail_says_who_holds_it, set_up, tear_down),
		cmocka_unit_test_setup_teardown(what_is_waited_for, set_up, tear_down),
		cmocka_unit_test_setup_teardown(r79_the_pool_is_resized, set_up, tear_down),
		cmocka_unit_test_setup_teardown(r84_an_idle_look_at_two_worlds, set_up, tear_down),
		cmocka_unit_test_setup_teardown(r88_swapoff_is_seen, set_up, tear_down),
		cmocka_unit_test_setup_teardown(r88_a_balloon_by_its_counters, set_up, tear_down),
		cmocka_unit_test_setup_teardown(r87_zoneinfo_of_many_cpus, set_up, tear_down),
		cmocka_unit_test_setup_teardown(without_disks_nothing_is_waited_for, set_up,
						tear_down),
		cmocka_unit_test_setup_teardown(the_trigger, set_up, tear_down),
		cmocka_unit_test(nothing_to_open),
		cmocka_unit_test(fixtures_are_read),
	};

	fixtures = argc > 1 ? argv[1] : "tests/fixtures";
	return cmocka_run_group_tests_name("sense", tests, NULL, NULL);
}
