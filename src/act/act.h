/* SPDX-License-Identifier: MIT */
/*
 * Ending the victim, and following it until its memory is back.
 *
 * A victim is a row: a pidfd in the poll set, a state and a deadline. Nothing here sleeps or waits.
 *
 *   chosen -> (pre-kill hook) -> SIGTERM -> (grace over, or kill level) -> SIGKILL -> gone
 *                                   |                                        |
 *                                   |-> gone                                 |-> stuck: the next
 *                                   |-> released, but still there: stuck         one's turn
 */
#ifndef USEROOM_ACT_H
#define USEROOM_ACT_H

#include "act/event.h"
#include "act/hold.h"
#include "act/release.h"
#include "choose/rank.h"
#include "choose/scan.h"
#include "decide/policy.h"
#include "look/sample.h"
#include "settings/config.h"

#include <poll.h>
#include <stdbool.h>
#include <stdint.h>

#define VICTIMS_MAX 32 /* signalled and not gone yet, at the same time */

typedef void (*act_tell_fn)(void *ctx, struct event *event);

enum victim_state {
	VICTIM_FREE,    /* row not in use */
	VICTIM_WAITING, /* for the pre-kill hook */
	VICTIM_TERMED,  /* SIGTERM was sent */
	VICTIM_KILLED,  /* SIGKILL was sent */
	VICTIM_GONE,    /* it has exited, and what it held has not been seen to come back yet */
	VICTIM_STUCK,  /* SIGKILL was sent, or it was released, and it is still there: its memory is
			  not counted on */
	VICTIM_DENIED, /* may not be signalled: never tried again */
};

struct victim {
	enum victim_state state;
	bool dry;             /* dry run: nothing was sent */
	bool spared;          /* protected by a reload since: it gets nothing more */
	bool pretended;       /* a dry run by a reload since: its SIGKILL was only told */
	bool exited_by_term;  /* it needed no SIGKILL */
	struct hold hold;     /* of the one that is followed: it, or one that ends with it */
	uint64_t decided_ns;  /* the look on which it was chosen */
	uint64_t signal_ns;   /* the last signal */
	uint64_t first_ns;    /* the first one */
	uint64_t deadline_ns; /* next step */
	uint64_t gone_ns; /* when its memory was let go of: it has exited, or was released; 0: not
			     yet */
	uint64_t release_ns;   /* when its release was asked for last, or it was signalled */
	bool release_asked;    /* and there is no answer yet */
	uint64_t progress_ns;  /* when it last gave something back */
	uint64_t left_mem_kib; /* what it still holds */
	uint64_t left_swap_kib;
	uint64_t base_mem_kib; /* available and swap free at the signal */
	uint64_t base_swap_kib;
	uint64_t base_freed_kib; /* what the kernel had ever freed by then; 0: unknown */
	struct event event;      /* as it was told at the signal */
};

struct repeat {
	char name[UNIT_MAX];
	uint64_t last_ns;
	unsigned count;
};

/*
 * Victims that hang, or may not be signalled, and whose rows were needed for others: they are no
 * candidates any more. With more the oldest is forgotten, and may be tried again.
 */
#define GIVEN_UP_MAX 256

#define HELD_BACK_MAX 8 /* likenesses that are remembered; with more the oldest is forgotten */

struct act {
	struct scan *scan;
	struct release *release;
	act_tell_fn tell;
	void *tell_ctx;
	unsigned in_use; /* rows that are not free: an idle look must not walk them */
	unsigned kills;  /* victims in this episode, each of a swarm, without those of groups, */
	unsigned swarm_shots; /* and how often some of a swarm were */
	struct process_id pending[VICTIMS_MAX * (1 + TOGETHER_MAX) + GIVEN_UP_MAX];
	struct process_id given_up[GIVEN_UP_MAX]; /* a ring */
	unsigned given_up_count;                  /* ever */
	struct victim victims[VICTIMS_MAX];
	struct repeat repeats[16];
	struct likeness held_back[HELD_BACK_MAX]; /* the newest first */
	uint64_t held_back_ns[HELD_BACK_MAX];     /* until when; 0: free */
};

/* act must be all zeroes: its rows are not touched, so that they cost no memory until they are
 * used. */
void act_init(struct act *act, struct scan *scan, struct release *release, act_tell_fn tell,
	      void *ctx);

/* Take over what the release thread has done. To be called when its descriptor is readable. */
void act_take_results(struct act *act);

/* Take over who is gone and what came back since, and tell it. Returns what is still to come. */
struct coming act_follow(struct act *act, const struct sample *sample);

/* Nobody looked for so long: that is no time in which a victim could have gone, or been seen to. */
void act_gap(struct act *act, uint64_t gap_ns);

/* The next step for victims whose time is up, or that stand in the way below the kill level. */
void act_escalate(struct act *act, const struct config *config, const struct sample *sample,
		  const struct decision *decision);

/*
 * The same for the victims of a control group (struct event_group, id), with what was decided for
 * it. Those of the others are left to act_escalate(), and it leaves these alone above the
 * machine's SIGKILL level.
 */
void act_escalate_group(struct act *act, const struct config *config, const struct sample *sample,
			uint64_t group, const struct decision *decision);

/* How many victims of this group are on their way; 0: of the machine's. */
unsigned act_on_their_way(const struct act *act, uint64_t group);

/* A group has room again, or is not looked at any more: as act_episode_over() for its victims. */
void act_group_over(struct act *act, uint64_t group);

/*
 * End a process: the victim that rank chose, as event tells it (victim, next, decision, sample and
 * signal are filled in by the caller). Tells the event. Returns 0 when it is on its way; or -ESRCH
 * when it is gone or is another process by now, -EPERM when it may not be signalled (it will not be
 * chosen again), -EBUSY when no row is free. pre_kill: ask the pre-kill hook first; the signal
 * follows in act_pre_kill_done() or when its time is up.
 */
int act_on(struct act *act, const struct config *config, struct event *event, bool pre_kill);

/* The pre-kill hook for this victim has ended. */
void act_pre_kill_done(struct act *act, pid_t pid);

/* Identities that are not candidates now: for rank. Returns their number. */
unsigned act_pending(struct act *act, const struct process_id **ret);

/* Whose likes are not ended now, because one of them gave nothing back: for rank. Returns their
 * number. */
unsigned act_held_back(struct act *act, uint64_t now_ns, const struct likeness **ret);

/* The earliest deadline, UINT64_MAX when there is none. */
uint64_t act_deadline(const struct act *act);

/* Add the victims' descriptors to a poll set. Returns how many were added. */
unsigned act_poll(const struct act *act, struct pollfd *fds, unsigned max);

/*
 * The settings have changed. Victims of a dry run are none in a real one. In a dry run nothing more
 * is sent to those of a real one (R109): they are followed, and what would be sent is told.
 */
void act_settings_changed(struct act *act, const struct config *config);

/* It is protected now. What was sent to it cannot be taken back, but nothing more is. */
void act_spare(struct act *act, const struct process_id *id);

/*
 * The episode is over: dry-run rows go, and those that only had SIGTERM and have not begun to exit;
 * the count of kills starts again.
 */
void act_episode_over(struct act *act);

/* Rehearse on a child of our own: pidfd, identity, kcmp, SIGKILL, lift, release. 0, or the negative
 * errno of what failed. */
int act_rehearse(struct act *act, pid_t child);

#endif
