/* SPDX-License-Identifier: MIT */
/*
 * get THREADS uniform|zipf FILE: a server that reads an LMDB database of RECORDS records for ever,
 * each thread with transactions of its own, and appends to FILE each second "uptime gets".
 */
#include <lmdb.h>
#include <math.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#define RECORDS 1200000 /* as fill makes them */

static MDB_env *env;
static MDB_dbi table;
static int zipf;
static atomic_ulong gets;

/* Zipf with exponent 1: the rank's logarithm is uniform. Neighbours in rank are none in the file.
 */
static uint64_t next_key(unsigned *seed)
{
	double u = rand_r(seed) / (RAND_MAX + 1.0);

	if (!zipf)
		return (uint64_t)(u * RECORDS);
	return (uint64_t)exp(u * log(RECORDS)) * 7919 % RECORDS;
}

static void get_one(MDB_txn *txn, uint64_t key)
{
	uint64_t big = __builtin_bswap64(key);
	MDB_val k = {sizeof(big), &big}, v;

	if (mdb_get(txn, table, &k, &v) != 0 || v.mv_size == 0)
		abort();
	gets++;
}

static void *serve(void *arg)
{
	unsigned seed = (unsigned)(uintptr_t)arg;
	MDB_txn *txn;

	for (;;) {
		if (mdb_txn_begin(env, NULL, MDB_RDONLY, &txn) != 0)
			abort();
		for (int i = 0; i < 16; i++)
			get_one(txn, next_key(&seed));
		mdb_txn_abort(txn);
	}
	return NULL;
}

static void open_table(void)
{
	MDB_txn *txn;

	if (mdb_env_create(&env) != 0 || mdb_env_set_mapsize(env, (size_t)4 << 30) != 0 ||
	    mdb_env_open(env, "/srv/lmdb", MDB_RDONLY | MDB_NOLOCK, 0) != 0 ||
	    mdb_txn_begin(env, NULL, MDB_RDONLY, &txn) != 0 ||
	    mdb_dbi_open(txn, NULL, 0, &table) != 0 || mdb_txn_commit(txn) != 0)
		abort();
}

int main(int argc, char **argv)
{
	FILE *out = argc == 4 ? fopen(argv[3], "a") : NULL;
	struct timespec t;
	pthread_t thread;

	if (!out)
		return 2;
	zipf = strcmp(argv[2], "zipf") == 0;
	open_table();
	for (long i = 0; i < atol(argv[1]); i++)
		pthread_create(&thread, NULL, serve, (void *)(uintptr_t)(i + 1));
	for (;; sleep(1)) {
		clock_gettime(CLOCK_BOOTTIME, &t);
		fprintf(out, "%ld.%02ld %lu\n", (long)t.tv_sec, t.tv_nsec / 10000000,
			(unsigned long)gets);
		fflush(out);
	}
}
