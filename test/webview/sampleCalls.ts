/** The system calls of the sample program, as specifications that sampleTraces.ts makes a trace of. Data only. */
import type { CopiedData } from '../../extension/trace/engineProtocol';

export const PID = 4711;
export const CHILD = 4712;
export const SOURCE = '/home/me/sample';

/** Numbers between 0 and 1, the same every time. */
export function numbers(seed: number): () => number {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1103515245) + 12345) & 0x7fffffff;
    return state / 0x7fffffff;
  };
}

export interface Spec {
  readonly pid?: number;
  readonly tid?: number;
  readonly name: string;
  readonly args: string;
  readonly at: number;
  readonly takes: number | undefined;
  readonly ret?: number;
  readonly errno?: string;
  readonly fd?: number;
  readonly cls: string;
  readonly resource?: string;
  readonly loader?: boolean;
  readonly data?: readonly CopiedData[];
  readonly source?: readonly [fn: string, file: string, line: number][];
}

function bytes(text: string): Uint8Array {
  return new TextEncoder().encode(text);
}

function data(direction: 'in' | 'out', arg: number, text: string, full = text.length): CopiedData {
  return { direction, arg, address: 0x7ffd0000n, full, bytes: bytes(text), errno: 0 };
}

export function loaderCalls(): readonly Spec[] {
  const loader = { loader: true } as const;
  return [
    { ...loader, name: 'brk', args: 'NULL', at: 40, takes: 8, ret: 94_000_000, cls: 'none' },
    {
      ...loader,
      name: 'access',
      args: '"/etc/ld.so.preload", R_OK',
      at: 70,
      takes: 14,
      errno: 'ENOENT',
      cls: 'file',
      resource: '/etc/ld.so.preload',
    },
    {
      ...loader,
      name: 'openat',
      args: 'AT_FDCWD, "/etc/ld.so.cache", O_RDONLY|O_CLOEXEC',
      at: 110,
      takes: 16,
      ret: 3,
      fd: 3,
      cls: 'file',
      resource: '/etc/ld.so.cache',
    },
    {
      ...loader,
      name: 'fstat',
      args: '3, {st_mode=S_IFREG|0644, st_size=34131, ...}',
      at: 140,
      takes: 7,
      fd: 3,
      cls: 'file',
      resource: '/etc/ld.so.cache',
    },
    { ...loader, name: 'close', args: '3', at: 180, takes: 6, fd: 3, cls: 'file', resource: '/etc/ld.so.cache' },
    {
      ...loader,
      name: 'openat',
      args: 'AT_FDCWD, "/lib/x86_64-linux-gnu/libc.so.6", O_RDONLY|O_CLOEXEC',
      at: 210,
      takes: 18,
      ret: 3,
      fd: 3,
      cls: 'file',
      resource: '/usr/lib/x86_64-linux-gnu/libc.so.6',
    },
    {
      ...loader,
      name: 'read',
      args: '3, "\\177ELF\\2\\1\\1\\3"..., 832',
      at: 240,
      takes: 11,
      ret: 832,
      fd: 3,
      cls: 'file',
      resource: '/usr/lib/x86_64-linux-gnu/libc.so.6',
    },
    {
      ...loader,
      name: 'close',
      args: '3',
      at: 420,
      takes: 6,
      fd: 3,
      cls: 'file',
      resource: '/usr/lib/x86_64-linux-gnu/libc.so.6',
    },
  ];
}

export function promptCalls(): readonly Spec[] {
  const main: [string, string, number] = ['main', 'main.c', 58];
  const terminal = { cls: 'terminal', resource: '/dev/pts/3' } as const;
  return [
    { name: 'ioctl', args: '1, TCGETS, {c_iflag=ICRNL|IXON, ...}', at: 1380, takes: 9, fd: 1, ...terminal, source: [main] },
    {
      name: 'write',
      args: '1, "Your name: ", 11',
      at: 1410,
      takes: 24,
      ret: 11,
      fd: 1,
      ...terminal,
      data: [data('in', 1, 'Your name: ')],
      source: [['ask_name', 'main.c', 30], main],
    },
    {
      name: 'read',
      args: '0, "Ada\\n", 1024',
      at: 1560,
      takes: 2400,
      ret: 4,
      fd: 0,
      ...terminal,
      data: [data('out', 1, 'Ada\n')],
      source: [['ask_name', 'main.c', 31], main],
    },
    {
      name: 'write',
      args: '1, "Hello, Ada\\n", 11',
      at: 4010,
      takes: 22,
      ret: 11,
      fd: 1,
      ...terminal,
      data: [data('in', 1, 'Hello, Ada\n')],
      source: [['greet', 'main.c', 38], main],
    },
  ];
}

export function copyCalls(): readonly Spec[] {
  const source: readonly [string, string, number][] = [
    ['copy_file', 'copy.c', 22],
    ['main', 'main.c', 64],
  ];
  const from = { fd: 3, cls: 'file', resource: `${SOURCE}/notes.txt`, source } as const;
  const to = { fd: 4, cls: 'file', resource: `${SOURCE}/build/notes-copy.txt`, source } as const;
  const chunks = Array.from({ length: 14 }, (_, index): readonly Spec[] => [
    {
      name: 'read',
      args: '3, "The quick brown fox jumps over th"..., 4096',
      at: 4260 + index * 62,
      takes: 18,
      ret: 4096,
      ...from,
      data: [
        data(
          'out',
          1,
          'The quick brown fox jumps over the lazy dog.\nPack my box with five dozen liquor jugs.\n'.repeat(2),
          4096,
        ),
      ],
    },
    {
      name: 'write',
      args: '4, "The quick brown fox jumps over th"..., 4096',
      at: 4284 + index * 62,
      takes: 30,
      ret: 4096,
      ...to,
      data: [data('in', 1, 'The quick brown fox jumps over the lazy dog.\n', 4096)],
    },
  ]).flat();
  return [
    {
      name: 'openat',
      args: 'AT_FDCWD, "notes.cfg", O_RDONLY',
      at: 4090,
      takes: 21,
      errno: 'ENOENT',
      cls: 'file',
      resource: `${SOURCE}/notes.cfg`,
      source,
    },
    { name: 'openat', args: 'AT_FDCWD, "notes.txt", O_RDONLY', at: 4150, takes: 26, ret: 3, ...from },
    {
      name: 'openat',
      args: 'AT_FDCWD, "build/notes-copy.txt", O_WRONLY|O_CREAT|O_TRUNC, 0644',
      at: 4190,
      takes: 48,
      ret: 4,
      ...to,
    },
    ...chunks,
    { name: 'fsync', args: '4', at: 5150, takes: 420, ...to },
    { name: 'close', args: '3', at: 5590, takes: 7, ...from },
    { name: 'close', args: '4', at: 5610, takes: 9, ...to },
    {
      name: 'getdents64',
      args: '3, 0x5581 /* 9 entries */, 32768',
      at: 5690,
      takes: 31,
      ret: 264,
      fd: 3,
      cls: 'directory',
      resource: `${SOURCE}/build`,
      source: [['list_copies', 'copy.c', 51]],
    },
    {
      name: 'unlink',
      args: '"build/notes-copy.old"',
      at: 5760,
      takes: 35,
      errno: 'ENOENT',
      cls: 'file',
      resource: `${SOURCE}/build/notes-copy.old`,
      source: [['list_copies', 'copy.c', 57]],
    },
  ];
}

export function pipeCalls(): readonly Spec[] {
  const parent = { fd: 5, cls: 'pipe', resource: 'pipe:[88123]' } as const;
  const child = { pid: CHILD, fd: 0, cls: 'pipe', resource: 'pipe:[88123]' } as const;
  const rounds = Array.from({ length: 6 }, (_, index): readonly Spec[] => [
    {
      name: 'write',
      args: `5, "line ${String(index)}\\n", 7`,
      at: 6240 + index * 190,
      takes: 20,
      ret: 7,
      ...parent,
      data: [data('in', 1, `line ${String(index)}\n`)],
      source: [
        ['feed_child', 'pipe_child.c', 40],
        ['main', 'main.c', 70],
      ],
    },
    {
      name: 'read',
      args: '0, "line\\n", 4096',
      at: 6120 + index * 190,
      takes: 150,
      ret: 7,
      ...child,
      data: [data('out', 1, `line ${String(index)}\n`)],
      source: [['child', 'pipe_child.c', 18]],
    },
  ]).flat();
  return [
    { name: 'pipe2', args: '[5, 6], O_CLOEXEC', at: 5840, takes: 18, cls: 'none' },
    {
      name: 'clone',
      args: 'child_stack=NULL, flags=CLONE_CHILD_CLEARTID|SIGCHLD',
      at: 5880,
      takes: 160,
      ret: CHILD,
      cls: 'none',
    },
    ...rounds,
    {
      name: 'wait4',
      args: '4712, [{WIFEXITED(s) && WEXITSTATUS(s) == 0}], 0, NULL',
      at: 7420,
      takes: 380,
      ret: CHILD,
      cls: 'none',
    },
  ];
}

export function networkCalls(): readonly Spec[] {
  const client = { fd: 6, cls: 'network', resource: '127.0.0.1:40112 → 127.0.0.1:7007' } as const;
  const server = { tid: PID + 9, fd: 8, cls: 'network', resource: '127.0.0.1:7007 ← 127.0.0.1:40112' } as const;
  const random = numbers(3);
  const rounds = Array.from({ length: 9 }, (_, index): readonly Spec[] => [
    {
      name: 'sendto',
      args: '6, "GET /\\r\\n", 7, 0, NULL, 0',
      at: 8140 + index * 220,
      takes: 30 + random() * 20,
      ret: 7,
      ...client,
      data: [data('in', 1, 'GET /\r\n')],
      source: [
        ['send_all', 'net.c', 14],
        ['talk', 'net.c', 47],
        ['main', 'main.c', 76],
      ],
    },
    {
      name: 'recvfrom',
      args: '8, "GET /\\r\\n", 512, 0, NULL, NULL',
      at: 8100 + index * 220,
      takes: 90,
      ret: 7,
      ...server,
      source: [['serve', 'net.c', 71]],
    },
    {
      name: 'recvfrom',
      args: '6, 0x7ffc, 512, MSG_DONTWAIT, NULL, NULL',
      at: 8210 + index * 220,
      takes: 12,
      ...(index % 4 === 1 ? { errno: 'EAGAIN' } : { ret: 3 }),
      ...client,
      source: [['talk', 'net.c', 52]],
    },
  ]).flat();
  return [
    {
      name: 'socket',
      args: 'AF_INET, SOCK_STREAM, IPPROTO_IP',
      at: 7900,
      takes: 20,
      ret: 6,
      ...client,
      source: [['talk', 'net.c', 30]],
    },
    {
      name: 'connect',
      args: '6, {sa_family=AF_INET, sin_port=htons(7007), sin_addr=inet_addr("127.0.0.1")}, 16',
      at: 7960,
      takes: 130,
      ...client,
      source: [['talk', 'net.c', 36]],
    },
    ...rounds,
    {
      name: 'epoll_wait',
      args: '9, [{events=EPOLLIN}], 8, -1',
      at: 8020,
      takes: 1900,
      ret: 1,
      fd: 9,
      cls: 'poll',
      resource: 'anon_inode:[eventpoll]',
      tid: PID + 9,
      source: [['serve', 'net.c', 66]],
    },
  ];
}

export function otherCalls(): readonly Spec[] {
  return [
    {
      name: 'openat',
      args: 'AT_FDCWD, "/proc/self/status", O_RDONLY',
      at: 10_180,
      takes: 40,
      ret: 3,
      fd: 3,
      cls: 'kernel-file',
      resource: '/proc/self/status',
    },
    {
      name: 'read',
      args: '3, "Name:\\tdemo\\n"..., 1024',
      at: 10_240,
      takes: 60,
      ret: 1024,
      fd: 3,
      cls: 'kernel-file',
      resource: '/proc/self/status',
    },
    {
      name: 'mmap',
      args: 'NULL, 135168, PROT_READ|PROT_WRITE, MAP_PRIVATE|MAP_ANONYMOUS, -1, 0',
      at: 10_330,
      takes: 12,
      cls: 'none',
    },
    { name: 'exit_group', args: '0', at: 10_400, takes: 20, cls: 'none' },
  ];
}
