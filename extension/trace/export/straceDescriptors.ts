/**
 * What stands behind descriptors' numbers with `strace -y` and `-yy`: files by path, the rest as its link in proc says; addresses
 * with -yy. Pure: the trace's descriptor history in, text out.
 */
import { type DescriptorTexts, escapedText, syscallRow } from '../describe';
import type { RawCall } from '../engineProtocol';
import { FD_CLASSES } from '../gen/schema';
import type { CallRecord, DescriptionFacts, DescriptorHistory, ExecRecord, ProcessRecord, TraceSource } from '../source';

const classNumber = (id: string): number => FD_CLASSES.findIndex((known) => known.id === id);
const NETWORK = classNumber('network');
const LOCAL_SOCKET = classNumber('local-socket');
const PROCESS = classNumber('process');

export class StraceDescriptors implements DescriptorTexts {
  private readonly history: DescriptorHistory;
  /** Of processes, by index. */
  private readonly directories = new Map<number, string>();
  private readonly start: string;
  /** The call that prints now. */
  private call: RawCall | undefined;

  /** `all`: as -yy. */
  constructor(
    source: TraceSource,
    private readonly all: boolean,
  ) {
    this.history = source.descriptors();
    this.start = source.info.cwd;
  }

  /** A process begins, or another program in it. */
  enters(record: ProcessRecord | ExecRecord): void {
    const inherited = record.type === 'exec' ? record.process : record.parent;
    const directory = record.cwd ?? (inherited === undefined ? undefined : this.directories.get(inherited)) ?? this.start;
    this.directories.set(record.process, directory);
  }

  /** The texts speak of this call from now on. */
  begin({ call, seq }: CallRecord): void {
    this.history.advance(seq);
    this.call = call;
  }

  /** Its line is made: what follows it in its process is in the directory that it went to. */
  done(call: RawCall): void {
    const kind = call.ret === 0n ? syscallRow(call.nr, call.arch)?.directory : undefined;
    if (kind === undefined) return;
    const to =
      kind === 'path' ? pathOf(call) : this.history.facts(this.described(Number(BigInt.asIntN(32, call.args[0]!))))?.name;
    if (to !== undefined && to !== '') this.directories.set(call.process, resolve(this.directoryOf(call.process), to));
  }

  readonly of = (fd: number): string => (fd < 0 ? '' : this.text(this.described(fd) || this.own(fd)));
  readonly made = (fd: number): string => (fd < 0 ? '' : this.text(this.named(fd) || this.described(fd)));
  readonly directory = (): string => {
    const path = this.call === undefined ? '' : this.directoryOf(this.call.process);
    return path === '' ? '' : pathText(path);
  };

  private directoryOf(process: number): string {
    return this.directories.get(process) ?? this.start;
  }

  /** By the files table as the call began. */
  private described(fd: number): number {
    const { call } = this;
    return call === undefined ? 0 : this.history.descriptionOf(call.process, call.thread, fd);
  }

  /** If it is the one that the call is about. */
  private own(fd: number): number {
    return this.call?.fd === fd ? this.call.description : 0;
  }

  /** By what the call itself says of it. */
  private named(fd: number): number {
    return this.own(fd) || (this.call?.ties?.find((tie) => tie.fd === fd)?.description ?? 0);
  }

  private text(description: number): string {
    const facts = this.history.facts(description);
    if (facts === undefined) return '';
    return (this.all ? this.endsText(facts) : undefined) ?? linkText(facts);
  }

  /** A connection by its addresses, a process by its pid; undefined: the trace doesn't know more than the link. */
  private endsText({ classId, name }: DescriptionFacts): string | undefined {
    const pid = classId === PROCESS ? /^pidfd:\[(\d+)\]$/.exec(name)?.[1] : undefined;
    if (pid !== undefined) return `<pid:${pid}>`;
    const match = classId === NETWORK ? /^(tcp|udp)6? (\S+)(?: -> (\S+))?$/.exec(name) : null;
    if (match === null) return undefined;
    const [, protocol = '', from = '', to] = match;
    return `<${protocol.toUpperCase()}${from.startsWith('[') ? 'v6' : ''}:[${to === undefined ? from : `${from}->${to}`}]>`;
  }
}

/** As the link in proc says, proc(5). */
function linkText({ classId, name, inode }: DescriptionFacts): string {
  if (classId === NETWORK || classId === LOCAL_SOCKET) return inode === 0n ? '' : `<socket:[${inode}]>`;
  if (name.startsWith('/')) return pathText(name);
  if (name === '') return '';
  if (classId === PROCESS) return '<anon_inode:[pidfd]>'; // its name says which process
  if (name.includes(':[')) return `<${escapedText(name)}>`;
  return `<anon_inode:${WITHOUT_BRACKETS.test(name) ? name : `[${escapedText(name)}]`}>`;
}

/** Anonymous files whose link has no brackets, in the kernel's sources. */
const WITHOUT_BRACKETS = /^(inotify|bpf-[a-z]+|btf|kvm-[a-z]+(:\d+)?)$/;
const DELETED = ' (deleted)';

function pathText(path: string): string {
  const deleted = path.endsWith(DELETED);
  const name = escapedText(deleted ? path.slice(0, -DELETED.length) : path);
  return `<${name}>${deleted ? '(deleted)' : ''}`;
}

function pathOf(call: RawCall): string | undefined {
  const data = call.data.find(({ arg, direction }) => arg === 0 && direction === 'in');
  const end = data?.bytes.indexOf(0) ?? -1;
  if (data === undefined || data.errno !== 0) return undefined;
  return new TextDecoder().decode(end === -1 ? data.bytes : data.bytes.subarray(0, end));
}

/** Without following links: where one led, the next exec says. */
function resolve(from: string, to: string): string {
  const parts: string[] = [];
  for (const part of `${to.startsWith('/') ? '' : from}/${to}`.split('/')) {
    if (part === '..') parts.pop();
    else if (part !== '' && part !== '.') parts.push(part);
  }
  return `/${parts.join('/')}`;
}
