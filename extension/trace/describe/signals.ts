/**
 * Signals as strace prints them: sets, dispositions, siginfo, wait statuses. One siginfo printer serves both the bytes of a
 * siginfo_t in the program's memory and the fields of a signal record.
 */
import { FLAG_LISTS } from '../gen/flags';
import { AUDIT_ARCH_AARCH64, AUDIT_ARCH_I386, AUDIT_ARCH_X86_64, syscallRow } from '../syscallTable';
import { i32, i64, u32, u64 } from './bytes';
import { address, errorName, hex, namesOf, signalName } from './words';

/** What siginfo_t says, sigaction(2); which fields mean something depends on signo and code. */
export interface SignalInfo {
  readonly signo: number;
  readonly errno: number;
  readonly code: number;
  /** si_pid; si_timerid for SI_TIMER. */
  readonly sender: number;
  readonly uid: number;
  /** si_status; si_overrun, si_syscall, si_band. */
  readonly status: number;
  readonly utime: bigint;
  readonly stime: bigint;
  /** si_addr; si_call_addr for SIGSYS. */
  readonly address: bigint;
  /** si_value; si_arch for SIGSYS. */
  readonly value: bigint;
}

const SIGCHLD = 17;
const SIGIO = 29;
const SIGSYS = 31;
const FAULTS: ReadonlySet<number> = new Set([4, 5, 7, 8, 11]); // SIGILL, SIGTRAP, SIGBUS, SIGFPE, SIGSEGV
const SI_TIMER = -2;
const SI_TKILL = -6;
const SI_USER = 0;
const SI_KERNEL = 0x80;
const ARCHITECTURES: ReadonlyMap<number, string> = new Map([
  [AUDIT_ARCH_X86_64, 'AUDIT_ARCH_X86_64'],
  [AUDIT_ARCH_I386, 'AUDIT_ARCH_I386'],
  [AUDIT_ARCH_AARCH64, 'AUDIT_ARCH_AARCH64'],
]);
const CLOCK_TICKS = 100; // USER_HZ, times(2)

export const SIGINFO_BYTES = 128;

/** The bytes of a siginfo_t (64-bit). */
export function readSigInfo(bytes: Uint8Array): SignalInfo {
  const [signo, code] = [i32(bytes, 0), i32(bytes, 8)];
  const kernel = code > 0;
  const common = { signo, code, errno: i32(bytes, 4), sender: i32(bytes, 16), uid: u32(bytes, 20), address: u64(bytes, 16) };
  if (signo === SIGCHLD && kernel)
    return { ...common, status: i32(bytes, 24), utime: u64(bytes, 32), stime: u64(bytes, 40), value: 0n };
  if (signo === SIGSYS && kernel)
    return { ...common, status: i32(bytes, 24), utime: 0n, stime: 0n, value: BigInt(u32(bytes, 28)) };
  const status = code === SI_TIMER ? i32(bytes, 20) : Number(BigInt.asIntN(32, i64(bytes, 16)));
  return { ...common, status, utime: 0n, stime: 0n, value: u64(bytes, 24) };
}

/** The bytes of an i386's siginfo_t: its words are half as long and nothing is padded. */
export function readSigInfo32(bytes: Uint8Array): SignalInfo {
  const [signo, code] = [i32(bytes, 0), i32(bytes, 8)];
  const kernel = code > 0;
  const [sender, uid, address] = [i32(bytes, 12), u32(bytes, 16), BigInt(u32(bytes, 12))];
  const common = { signo, code, errno: i32(bytes, 4), sender, uid, address, utime: 0n, stime: 0n, value: 0n };
  if (signo === SIGCHLD && kernel)
    return { ...common, status: i32(bytes, 20), utime: BigInt(i32(bytes, 24)), stime: BigInt(i32(bytes, 28)) };
  if (signo === SIGSYS && kernel) return { ...common, status: i32(bytes, 16), value: BigInt(u32(bytes, 20)) };
  if (signo === SIGIO && kernel) return { ...common, status: i32(bytes, 12), value: BigInt(u32(bytes, 16)) };
  return { ...common, status: i32(bytes, 16), value: BigInt(i32(bytes, 20)) };
}

/** "{si_signo=SIGCHLD, si_code=CLD_EXITED, ...}" */
export function sigInfoText(info: SignalInfo): string {
  if (info.signo === 0) return '{}';
  const name = signalName(info.signo);
  const parts = [`si_signo=${name}`, `si_code=${codeName(name, info.code)}`];
  if (info.errno !== 0) parts.push(`si_errno=${errorName(info.errno)}`);
  parts.push(...(info.code > 0 ? kernelFields(info) : userFields(info)));
  return `{${parts.join(', ')}}`;
}

function codeName(signal: string, code: number): string {
  const list = `sicode-${signal}`;
  return namesOf(FLAG_LISTS[list] === undefined ? 'sicode' : list)(BigInt.asUintN(32, BigInt(code)));
}

/** What the kernel says of a child, a fault, a descriptor. */
function kernelFields(info: SignalInfo): string[] {
  if (info.signo === SIGCHLD) {
    const status = info.code === 1 ? String(info.status) : signalName(info.status);
    return [...senderFields(info), `si_status=${status}`, `si_utime=${ticks(info.utime)}`, `si_stime=${ticks(info.stime)}`];
  }
  if (FAULTS.has(info.signo)) return [`si_addr=${address(info.address)}`];
  if (info.signo === SIGIO && info.code !== SI_KERNEL)
    return [`si_band=${info.status}`, `si_fd=${Number(BigInt.asIntN(32, info.value))}`];
  if (info.signo === SIGSYS) {
    const row = syscallRow(info.status, Number(info.value));
    const call = row === undefined ? hex(BigInt.asUintN(32, BigInt(info.status))) : `__NR_${row.name}`;
    const arch = ARCHITECTURES.get(Number(info.value)) ?? hex(info.value);
    return [`si_call_addr=${address(info.address)}`, `si_syscall=${call}`, `si_arch=${arch}`];
  }
  return [...knownSender(info), ...valueFields(info.value)];
}

/** What kill, sigqueue and timers say. */
function userFields(info: SignalInfo): string[] {
  if (info.code === SI_TIMER)
    return [
      `si_timerid=${hex(BigInt.asUintN(32, BigInt(info.sender)))}`,
      `si_overrun=${info.status}`,
      ...valueFields(info.value),
    ];
  const bare = info.code === SI_USER || info.code === SI_TKILL;
  return bare ? senderFields(info) : [...senderFields(info), ...valueFields(info.value)];
}

const senderFields = (info: SignalInfo): string[] => [`si_pid=${info.sender}`, `si_uid=${info.uid}`];
const knownSender = (info: SignalInfo): string[] => (info.sender === 0 && info.uid === 0 ? [] : senderFields(info));
const valueFields = (value: bigint): string[] =>
  value === 0n ? [] : [`si_int=${BigInt.asIntN(32, value)}`, `si_ptr=${address(value)}`];

/** Clock ticks, with the seconds that they are. */
export function ticks(count: bigint): string {
  return count === 0n
    ? '0'
    : `${BigInt.asIntN(64, count)} /* ${(Number(BigInt.asIntN(64, count)) / CLOCK_TICKS).toFixed(2)} s */`;
}

/** A signal set: "[INT CHLD]", or "~[KILL]" where most are in it. */
export function sigsetText(set: bigint): string {
  const members: string[] = [];
  const missing: string[] = [];
  for (let signo = 1; signo <= 64; signo++) {
    const name = signalName(signo).replace(/^SIG/, '');
    (((set >> BigInt(signo - 1)) & 1n) === 1n ? members : missing).push(name);
  }
  // strace writes a set that has more than two thirds of all signals as what it lacks.
  return members.length >= (64 * 2) / 3 ? `~[${missing.join(' ')}]` : `[${members.join(' ')}]`;
}

const SA_RESTORER = 0x04000000n;

/** The kernel's struct sigaction. */
export function sigactionText(handler: bigint, mask: bigint, flags: bigint, restorer: bigint): string {
  const handlers = ['SIG_DFL', 'SIG_IGN'];
  const name = handler < 2n ? handlers[Number(handler)]! : address(handler);
  const last = (flags & SA_RESTORER) === 0n ? '' : `, sa_restorer=${address(restorer)}`;
  return `{sa_handler=${name}, sa_mask=${sigsetText(mask)}, sa_flags=${namesOf('sigaction')(flags)}${last}}`;
}

/** A wait status, as the macros of waitpid(2) see it. */
export function waitStatusText(status: number): string {
  const signo = status & 0x7f;
  if (status === 0xffff) return '{WIFCONTINUED(s)}';
  if (signo === 0x7f) {
    const event = (status >>> 16) & 0xffff;
    return `{WIFSTOPPED(s) && WSTOPSIG(s) == ${signalName((status >>> 8) & 0xff)}}${event === 0 ? '' : ` | ${event}<<16`}`;
  }
  if (signo === 0) return `{WIFEXITED(s) && WEXITSTATUS(s) == ${(status >>> 8) & 0xff}}`;
  return `{WIFSIGNALED(s) && WTERMSIG(s) == ${signalName(signo)}${(status & 0x80) === 0 ? '' : ' && WCOREDUMP(s)'}}`;
}
