/**
 * What differs from run to run whatever traces it: process ids become places in the tree, addresses and ports that the kernel
 * chooses "@", the present time "NOW". Everything else stays. What the kernel chose is kept aside, so that the comparison can see
 * whether what is the same in one run is the same in the other. Pure.
 */

export interface Normalised {
  readonly text: string;
  /** Addresses and ports that the kernel chose, in order of appearance. */
  readonly chosen: readonly string[];
}

export interface Context {
  /** Thread ids of the run, with their places. */
  readonly places: ReadonlyMap<number, string>;
  /** When the run was: times of that day are NOW. Seconds since the epoch. */
  readonly now: number;
}

/** PIE, mappings and stacks have twelve digits (0x55…, 0x7f…); programs at fixed addresses and their heaps have six to eight. */
const ADDRESS = /\b0x(?:[4-7][0-9a-f]{11}|[1-9a-f][0-9a-f]{5,7})\b/g;

/** The range of ports that Linux gives to those who ask for none (ip_local_port_range). */
const PORT = /\bhtons\((?:3276[89]|327[7-9]\d|32[89]\d\d|3[3-9]\d{3}|[45]\d{4}|60\d{3})\)/g;

/** Where a process or thread id stands: the number is the group. Elsewhere it is a number like any other. */
const IDS: readonly RegExp[] = [
  /^(?:v?fork|clone3?|wait4|waitid|get(?:p|pp|t|s|pg)id|getpgrp|setsid|set_tid_address)\(.*\) = (\d+)$/ds,
  /^rt_sigreturn\(\{.*\}\) = (\d+)$/d, // what wait4 had returned
  /^(?:kill|tgkill|tkill|wait4|getpgid|getsid|setpgid|prlimit64|sched_[a-z]+|pidfd_open)\(-?(\d+)/d,
  /^(?:tgkill|setpgid)\(\d+, (\d+)/d,
  /^waitid\(P_\w+, (\d+)/d,
  /^ioctl\(.*, TIOC[GS]PGRP, \[(\d+)\]/d,
  /^fcntl\(.*, F_SETOWN, (\d+)/d,
  /\bsi_pid=(\d+)/d,
  /\b(?:parent|child)_tid=\[(\d+)\]/d,
  /\bpid=(\d+)/d,
  /"\/proc\/(\d+)\//d,
];

const DAY = 86_400;
const SECONDS = /\btv_sec=(\d+), (tv_[nu]sec)=(\d+)/g;
const COMMENTED_TIME = /(?:\b(\d{9,}) )?\/\* (\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d)(?:\.\d+)?\+0000 \*\//g;
/** A child's own processor time, in its signal and its resource use. */
const TICKS = /\b(si_[us]time)=\d+(?: \/\* [\d.]+ s \*\/)?/g;
const USAGE = /\b(ru_[us]time)=\{tv_sec=\d+, tv_usec=\d+\}/g;
const CLOCK = /^(clock_gettime\(CLOCK_\w+, )\{tv_sec=\d+, tv_nsec=\d+\}/;

export function normalise(line: string, { places, now }: Context): Normalised {
  let text = withPlaces(line, places);
  text = text
    .replace(TICKS, '$1=TICKS')
    .replace(USAGE, '$1=TIME')
    .replace(CLOCK, '$1{TIME}')
    .replace(SECONDS, (all, sec: string, name: string) => (isNow(Number(sec), now) ? `tv_sec=NOW, ${name}=NOW` : all))
    .replace(COMMENTED_TIME, (all, sec: string | undefined, time: string) =>
      isNow(Date.parse(`${time}Z`) / 1000, now) ? `${sec === undefined ? '' : 'NOW '}/* NOW */` : all,
    );
  const chosen: string[] = [];
  const keep = (value: string): string => {
    chosen.push(value);
    return '@';
  };
  return { text: text.replace(ADDRESS, keep).replace(PORT, keep), chosen };
}

const isNow = (seconds: number, now: number): boolean => Math.abs(seconds - now) < DAY;

function withPlaces(line: string, places: ReadonlyMap<number, string>): string {
  let text = line;
  for (const pattern of IDS) {
    const at = pattern.exec(text)?.indices?.[1];
    if (at === undefined) continue;
    const id = Number(text.slice(...at));
    if (id > 1) text = `${text.slice(0, at[0])}<${places.get(id) ?? 'other'}>${text.slice(at[1])}`;
  }
  return text;
}
