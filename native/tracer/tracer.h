/*
 * The tracer's state: one recording, its processes and its threads. Everything here is owned by the tracer thread, the only
 * one that calls ptrace; the control channel's thread sees none of it.
 * Must not live here: what a stop means (loop.c), what a call copies (capture.c), how rows look (record.c).
 *
 *   struct tracer --- hash by tid ---> struct tracee (a thread) ---> struct process ---> struct space (an address space)
 */
#ifndef SYSCOPE_TRACER_TRACER_H
#define SYSCOPE_TRACER_TRACER_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "fd_state.h"
#include "options.h"
#include "schema.h"
#include "store/writer.h"

/* An address in a tracee's memory: never dereferenced here. */
struct remote_addr {
	uint64_t v;
};

struct capture;
struct control;
struct ledger;
struct modules;
struct space;
struct stacks;
struct thread_ledger;
struct world;

struct process {
	struct process *next; /* list of all live processes */
	pid_t pid, ppid;
	uint32_t index; /* row number in the trace */
	uint32_t threads;
	struct space *space;
	char name[16]; /* comm: 15 bytes and a NUL */
	bool root;
	bool left_out;          /* by its name or its parent's: nothing of it is recorded but that it is there */
	bool nested;            /* may have children in a pid namespace of their own */
	bool compat;            /* its program is a 32-bit one */
	uint64_t foreign_calls; /* of this program image: of another mode than x86-64 (ledger.h) */
	const char *foreign_text;
	uint32_t exiting;          /* threads of which the end is under way */
	bool ending;               /* ... of all: counted in the tracer's ending */
	bool exits, execs;         /* a thread of it has called exit_group, is in an exec */
	uint64_t exit_event;       /* of its exit_group, + 1; 0: none */
	uint64_t exec_event;       /* of the exec that one of its threads is in, + 1 */
	int fatal_signal;          /* the last signal that it was sent ... */
	pid_t fatal_sender;        /* ... and by whom, 0: not known */
	uint64_t children_user_us; /* of children that it waited for, as its end began */
	uint64_t children_system_us;
};

/* Why a thread stays stopped. */
enum hold { HOLD_NONE, HOLD_UNCLAIMED, HOLD_PAUSE };

struct tracee {
	struct tracee *next;     /* hash chain */
	struct process *process; /* NULL while unclaimed: its parent's event has not come yet */
	pid_t tid;
	uint32_t index;          /* row number in the trace */
	uint32_t files;          /* id of its files table, 0: not known yet */
	bool files_apart;        /* which is not that of its process's other threads */
	uint8_t hold;            /* enum hold */
	const char *hold_reason; /* of HOLD_PAUSE, as the control channel says it */
	bool fresh;              /* its first stop has not come yet */
	bool every_call;         /* resumed with PTRACE_SYSCALL only: no filter, or one of its own that hides calls from ours */
	bool in_call;            /* between entry and exit */
	bool recorded;           /* ... of a call that has an enter row */
	bool followed;           /* ... of one that was not chosen, but shapes what is kept: its exit must be seen */
	bool restarting;         /* the last exit was one that the kernel restarts */
	bool step;               /* hold it at its next recorded call */
	bool exiting;            /* its exit event has been seen */
	bool gone;               /* it has ended before its parent told of it: kept until then */
	int gone_status;         /* ... with this wait status */
	bool detaching;          /* let it go at its next stop */
	bool attached;           /* taken hold of while it ran */
	bool attached_inside;    /* the entry to be recorded is of a call that it was in then */
	bool inside;             /* ... which has not been entered again yet (inside.h) */
	int64_t inside_ret;      /* ... and this is what interrupted it: a restart code */
	uint64_t inside_nr;
	uint32_t inside_arch;
	bool group_stopped;
	uint64_t fork_flags;             /* CLONE_* of the clone it is in */
	bool clone_changed;              /* its flags were: put them back */
	struct remote_addr clone_memory; /* ... here (clone3), 0: in its register */
	uint32_t stack_bytes;            /* how much stack the last walks of this thread needed */
	uint64_t resumed_ns;             /* when its call was let go */
	uint8_t entry_class;
	uint64_t half_seq;            /* of the half of a call whose row is still to be written */
	uint32_t stack;               /* ... of an entry */
	uint8_t origin;               /* enum origin */
	bool foreign;                 /* its call is of another mode than x86-64 */
	uint8_t exit_cause;           /* enum exit_cause, once its exit event has been seen */
	uint64_t exit_event;          /* the call that ends it + 1, 0: none */
	struct thread_ledger *ledger; /* what it submits (ledger.h), NULL: nothing yet; one allocation */
	char *path_kept;              /* FD_PATH_BYTES, once it was needed (struct fd_call) */
	struct fd_call call;
};

#define TRACEE_BUCKETS 1024

struct tracer_counters {
	uint64_t stops, calls, lost_calls, lost_bytes, batches, held, cpu_moves;
	uint64_t left_out; /* calls that stopped and were not chosen; what the seccomp filter lets pass can't be counted */
};

struct tracer {
	const struct options *options;
	struct trace_writer *writer;
	struct fd_state *fds;
	struct world *world;
	struct capture *capture;
	struct stacks *stacks; /* NULL: no stacks are taken */
	struct modules *modules;
	struct ledger *ledger;
	struct control *control;
	struct tracee *buckets[TRACEE_BUCKETS];
	struct process *processes;
	uint32_t tracees;
	uint32_t unclaimed;
	uint32_t gone;   /* of tracees: those that have ended unclaimed */
	pid_t root_pid;  /* the launched or attached process */
	uint32_t ending; /* processes of which all threads are exiting */
	bool filter;     /* threads have our seccomp filter */
	bool recording;  /* false: calls pass by unrecorded (full disk, detached) */
	bool paused;
	bool entry_hold;    /* --stop-on-entry and nothing has been held yet */
	bool entry_ready;   /* the program has been started (exec) */
	bool passing;       /* recording has ended, the filter needs a tracer all the same (pass.h) */
	bool committed;     /* the trace is closed */
	bool failed_start;  /* exec failed: what follows is the launcher's own complaint */
	uint8_t end_reason; /* enum end_reason, 0: still running */
	char trace_path[4096];
	const char *program_path; /* what is run or attached to */
	struct tracer_counters counters;
	uint64_t cheapest_ns; /* shortest resumed -> exit seen so far: the cost of a stop */
};

/* CLOCK_MONOTONIC in nanoseconds. */
uint64_t tracer_now(void);

struct tracee *tracee_find(const struct tracer *tracer, pid_t tid);
/* A thread that nothing is known of yet. NULL: out of memory. */
struct tracee *tracee_add(struct tracer *tracer, pid_t tid);
/* Gives the thread its process and its row in the trace. */
void tracee_claim(struct tracer *tracer, struct tracee *tracee, struct process *process);
/* Forgets a thread, and its process with the last one. Writes no rows but those of fd state. */
void tracee_remove(struct tracer *tracer, struct tracee *tracee);
/* An exec by a thread that isn't the leader (ptrace(2), "execve(2) under ptrace"): it goes on under the leader's id, the leader is gone. */
void tracee_take_over(struct tracer *tracer, struct tracee *leader, pid_t former_tid);

/* An exec has ended all other threads of the process, seen or not: what they used they use no longer. */
void tracee_keep_alone(struct tracer *tracer, const struct tracee *tracee);

struct process *process_find(const struct tracer *tracer, pid_t pid);
/*
 * parent: who made it, may be NULL. ppid: its parent's id (after CLONE_PARENT another one), 0: proc says it. files: its first
 * thread's table. flags: enum process_flag. NULL: out of memory.
 */
struct process *process_add(
	struct tracer *tracer, pid_t pid, const struct process *parent, pid_t ppid, uint32_t files, uint32_t flags);
/* To be called when the process's threads, or those of them that are exiting, have changed. */
void process_check_ending(struct tracer *tracer, struct process *process);
/* The rows that a thread about to be added will have, of a new process unless it is given. */
struct fd_user tracee_user(const struct tracer *tracer, pid_t tid, const struct process *process);
/* Reads comm from proc into name. */
void process_read_name(struct process *process);

#endif
