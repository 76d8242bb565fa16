/* SPDX-License-Identifier: MIT */
/*
 * The directories below one, each before those that are in it, and as many at a time as one wants:
 * a walk may be gone on with later. What is made meanwhile may be passed over.
 */
#ifndef USEROOM_TREE_H
#define USEROOM_TREE_H

#include <stdbool.h>
#include <stdint.h>

/* A path of Kubernetes with systemd has 195 bytes, the same in a container of Docker 310. */
#define TREE_PATH_MAX 384
/* Kubernetes in a container with systemd in it has eight. */
#define TREE_DEPTH_MOST 12

struct tree_level {
	int fd;
	unsigned length;     /* of the path of this directory */
	unsigned at, filled; /* what has been taken of the entries */
	char entries[1024] __attribute__((aligned(8)));
};

struct tree {
	int root_fd;
	unsigned depth;           /* levels that are open; 0: the walk is over */
	bool enter;               /* the last one has directories in it: they are next, */
	int entered_fd;           /* and this is it */
	unsigned too_long;        /* directories that were passed over: too long a path */
	uint64_t inode;           /* of the last one: another with the same path has another */
	char path[TREE_PATH_MAX]; /* of the last one, below root_fd: "/a/b" */
	struct tree_level levels[TREE_DEPTH_MOST];
};

/* Begin below `path` ("": root_fd itself), which is not among them. */
void tree_begin(struct tree *tree, int root_fd, const char *path);

/* The next one is in path, inode and depth (1: the outermost). false: there is none. */
bool tree_next(struct tree *tree);

/* Not to its end. */
void tree_end(struct tree *tree);

#endif
