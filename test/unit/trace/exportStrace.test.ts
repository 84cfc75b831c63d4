/** The strace export: what lines look like when threads come between each other, die, or get signals. */
import assert from 'node:assert/strict';
import { it } from 'node:test';
import { Origin, SignalFlag } from '../../../extension/trace/gen/schema';
import { exportStrace } from '../../../extension/trace/export/strace';
import { MemoryTrace, textOf } from './memorySource';

/** The same text whatever the size of pages. */
async function exported(trace: MemoryTrace): Promise<string[]> {
  const texts = await Promise.all([1, 2, 1000].map((page) => textOf(exportStrace(trace.source(page)))));
  assert.equal(texts[0], texts[1]);
  assert.equal(texts[0], texts[2]);
  return texts[0]!.split('\n').slice(0, -1);
}

void it('one thread: results in column 40, or behind a longer call', async () => {
  const trace = new MemoryTrace();
  trace.call(100, ['getpid = 100']);
  trace.call(100, ['openat 0xffffff9c 0x10 0 = -2', '  in 1 0x10 20 6161616161616161616161616161616161616161']);
  trace.call(100, ['exit_group 0 = ?']);
  trace.exit(100, 0);
  trace.exit(100, 0, 'process');
  assert.deepEqual(await exported(trace), [
    '100   getpid()                          = 100',
    '100   openat(AT_FDCWD, "aaaaaaaaaaaaaaaaaaaa", O_RDONLY) = -1 ENOENT (No such file or directory)',
    '100   exit_group(0)                     = ?',
    '100   +++ exited with 0 +++',
  ]);
});

void it('a thread between entry and return of another: unfinished and resumed, each with the arguments that were known', async () => {
  const trace = new MemoryTrace();
  const wait = trace.start(100, ['wait4 0xffffffff 0x10 0 0 = ?'], { data: [] });
  const futex = trace.start(102, ['futex 0x20 128 2 = ?']);
  trace.call(101, ['getpid = 100']);
  trace.end(futex, 0n);
  trace.end(wait, -10n);
  assert.deepEqual(await exported(trace), [
    '100   wait4(-1,  <unfinished ...>',
    '102   futex(0x20, FUTEX_WAIT_PRIVATE, 2, NULL <unfinished ...>',
    '101   getpid()                          = 100',
    '102   <... futex resumed>)              = 0',
    '100   <... wait4 resumed>0x10, 0, NULL) = -1 ECHILD (No child processes)',
  ]);
});

void it('a clone that the child overtakes', async () => {
  const trace = new MemoryTrace();
  const clone = trace.start(100, ['clone 0x1200011 0 0 0x7f10 = ?']);
  trace.call(101, ['gettid = 101']);
  trace.end(clone, 101n);
  assert.deepEqual(await exported(trace), [
    '100   clone(child_stack=NULL, flags=CLONE_CHILD_CLEARTID|CLONE_CHILD_SETTID|SIGCHLD <unfinished ...>',
    '101   gettid()                          = 101',
    '100   <... clone resumed>, child_tidptr=0x7f10) = 101',
  ]);
});

void it('killed inside a call, and inside one that another thread had interrupted on the page', async () => {
  const trace = new MemoryTrace();
  trace.start(101, ['futex 0x20 128 2 = ?']);
  trace.start(102, ['read 0 0x10 5 = ?']);
  trace.start(100, ['read 3 0x10 5 = ?']);
  trace.exit(100, 9);
  trace.exit(101, 9);
  trace.exit(102, 0x8b);
  assert.deepEqual(await exported(trace), [
    '101   futex(0x20, FUTEX_WAIT_PRIVATE, 2, NULL <unfinished ...>',
    '102   read(0,  <unfinished ...>',
    '100   read(3,  <unfinished ...>)        = ?',
    '100   +++ killed by SIGKILL +++',
    '101   <... futex resumed>)              = ?',
    '101   +++ killed by SIGKILL +++',
    '102   <... read resumed> <unfinished ...>) = ?',
    '102   +++ killed by SIGSEGV (core dumped) +++',
  ]);
});

void it('signals with what siginfo says, and stops', async () => {
  const trace = new MemoryTrace();
  trace.signal(100, { signo: 17, code: 1, sender: 101, status: 3 });
  trace.signal(100, { signo: 17, code: 2, sender: 101, status: 9, utime: 150n });
  trace.signal(100, { signo: 11, code: 1, address: 0x10n });
  trace.signal(100, { signo: 10, code: -1, sender: 7, value: 5n });
  trace.signal(100, { signo: 14, code: 0x80 });
  trace.signal(100, { signo: 19, flags: SignalFlag.groupStop });
  assert.deepEqual(await exported(trace), [
    '100   --- SIGCHLD {si_signo=SIGCHLD, si_code=CLD_EXITED, si_pid=101, si_uid=0, si_status=3, si_utime=0, si_stime=0} ---',
    '100   --- SIGCHLD {si_signo=SIGCHLD, si_code=CLD_KILLED, si_pid=101, si_uid=0, si_status=SIGKILL, si_utime=150 /* 1.50 s */, si_stime=0} ---',
    '100   --- SIGSEGV {si_signo=SIGSEGV, si_code=SEGV_MAPERR, si_addr=0x10} ---',
    '100   --- SIGUSR1 {si_signo=SIGUSR1, si_code=SI_QUEUE, si_pid=7, si_uid=0, si_int=5, si_ptr=0x5} ---',
    '100   --- SIGALRM {si_signo=SIGALRM, si_code=SI_KERNEL} ---',
    '100   --- stopped by SIGSTOP ---',
  ]);
});

void it('a signal of another thread breaks the line; what is open at the end stays unfinished', async () => {
  const trace = new MemoryTrace();
  trace.start(100, ['pause = ?']);
  trace.signal(101, { signo: 10, sender: 100 });
  trace.start(101, ['read 0 0x10 5 = ?']);
  assert.deepEqual(await exported(trace), [
    '100   pause( <unfinished ...>',
    '101   --- SIGUSR1 {si_signo=SIGUSR1, si_code=SI_USER, si_pid=100, si_uid=0} ---',
    '101   read(0,  <unfinished ...>',
  ]);
});

void it('with times and durations, as strace -f -ttt -T has them', async () => {
  const trace = new MemoryTrace({ startRealtimeMs: 1_795_753_180_179.065 });
  trace.call(101, ['gettid = 101'], { startNs: 1_000, durationNs: 116_499 });
  const read = trace.start(100, ['read 0 0x10 0 = ?'], { startNs: 900_000_000 });
  trace.signal(101, { signo: 14, code: 0x80 });
  trace.end(read, 0n, 250_000_000);
  trace.start(100, ['exit_group 0 = ?'], { startNs: 2_000_000 });
  trace.exit(100, 0);
  const text = await textOf(exportStrace(trace.source(), { timestamps: true, durations: true }));
  assert.deepEqual(text.trimEnd().split('\n'), [
    '101   1795753180.179066 gettid()        = 101 <0.000116>',
    '100   1795753181.079065 read(0,  <unfinished ...>',
    '101   1795753180.179069 --- SIGALRM {si_signo=SIGALRM, si_code=SI_KERNEL} ---',
    '100   1795753181.329065 <... read resumed>"", 0) = 0 <0.250000>',
    '100   1795753180.181065 exit_group(0)   = ?',
    '100   1795753180.179072 +++ exited with 0 +++',
  ]);
});

void it("the agent's own calls are left out", async () => {
  const trace = new MemoryTrace();
  trace.call(100, ['getpid = 100'], { origin: Origin.agent });
  trace.call(100, ['gettid = 100'], { origin: Origin.loader });
  assert.deepEqual(await exported(trace), ['100   gettid()                          = 100']);
});

void it('a call that goes on after a stop names the one that was interrupted', async () => {
  const trace = new MemoryTrace();
  trace.call(100, ['clock_nanosleep 0 0 0 0 = -516']);
  trace.signal(100, { signo: 18 });
  trace.call(100, ['restart_syscall = -516']);
  trace.call(100, ['restart_syscall = 0']);
  trace.call(100, ['restart_syscall = 0']);
  const lines = (await exported(trace)).filter((line) => line.includes('restart_syscall'));
  assert.deepEqual(lines, [
    '100   restart_syscall(<... resuming interrupted clock_nanosleep ...>) = ? ERESTART_RESTARTBLOCK (Interrupted by signal)',
    '100   restart_syscall(<... resuming interrupted clock_nanosleep ...>) = 0',
    '100   restart_syscall(<... resuming interrupted system call ...>) = 0',
  ]);
});
