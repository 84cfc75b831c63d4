/**
 * Traces that the webview's tests show: a program as a person would trace it, and one with more of everything. The same
 * numbers every time.
 */
import type { ResolvedFrame, TraceInfo } from '../../extension/trace/engineProtocol';
import { classValue } from './fakeTrace';
import type { FakeCall, FakeTrace } from './fakeTrace';
import {
  CHILD,
  copyCalls,
  loaderCalls,
  networkCalls,
  numbers,
  otherCalls,
  PID,
  pipeCalls,
  promptCalls,
  SOURCE,
} from './sampleCalls';
import type { Spec } from './sampleCalls';

function frame(fn: string, file: string, line: number, index: number): ResolvedFrame {
  return {
    address: 0x401000n + BigInt(index * 64),
    module: '/home/me/sample/demo',
    buildId: '00ff',
    offset: BigInt(0x1000 + index * 64),
    function: fn,
    location: { file: `${SOURCE}/${file}`, line, column: 3 },
    inlined: fn === 'send_all',
    guess: false,
    signal: false,
    missing: undefined,
    sourceHash: undefined,
    sourceMtimeMs: undefined,
    moduleMtimeMs: undefined,
  };
}

function libraryFrame(fn: string, offset: number): ResolvedFrame {
  return {
    ...frame(fn, '', 0, offset),
    module: '/usr/lib/x86_64-linux-gnu/libc.so.6',
    location: undefined,
    missing: 'no-debug-info',
    inlined: false,
  };
}

function toCalls(specs: readonly Spec[]): readonly FakeCall[] {
  return [...specs]
    .sort((a, b) => a.at - b.at)
    .map((spec, id) => {
      const failed = spec.errno !== undefined;
      const result =
        spec.takes === undefined
          ? ''
          : failed
            ? ` = -1 ${spec.errno} (${ERRNO_TEXTS[spec.errno] ?? ''})`
            : ` = ${String(spec.ret ?? 0)}`;
      const frames = (spec.source ?? []).map(([fn, file, line], index) => frame(fn, file, line, index));
      return {
        id,
        pid: spec.pid ?? PID,
        tid: spec.tid ?? spec.pid ?? PID,
        name: spec.name,
        text: `${spec.name}(${spec.args}${spec.takes === undefined ? ' <unfinished ...>' : ')'}${result}`,
        startNs: spec.at * 1000,
        durationNs: spec.takes === undefined ? undefined : spec.takes * 1000,
        ret: spec.takes === undefined ? undefined : failed ? -2n : BigInt(spec.ret ?? 0),
        errno: spec.errno,
        fd: spec.fd ?? -1,
        classId: classValue(spec.cls),
        resource: spec.resource ?? '',
        loader: spec.loader ?? false,
        data: spec.data ?? [],
        frames: [
          libraryFrame(`__libc_${spec.name}`, 900),
          ...frames,
          ...(frames.length > 0 ? [libraryFrame('__libc_start_call_main', 901)] : []),
        ],
      };
    });
}

const ERRNO_TEXTS: Readonly<Record<string, string>> = {
  ENOENT: 'No such file or directory',
  ENOTTY: 'Inappropriate ioctl for device',
  EAGAIN: 'Resource temporarily unavailable',
};

function info(calls: readonly FakeCall[], change: Partial<TraceInfo>): TraceInfo {
  const end = calls.reduce((latest, call) => Math.max(latest, call.startNs + (call.durationNs ?? 0)), 0);
  return {
    path: '/tmp/traces/demo.syscope',
    program: '/home/me/sample/demo',
    argv: ['./demo', 'notes.txt'],
    cwd: SOURCE,
    state: 'complete',
    startRealtimeMs: 1_790_000_000_000,
    durationNs: end,
    events: calls.length,
    errors: calls.filter((call) => call.errno !== undefined).length,
    pending: calls.filter((call) => call.durationNs === undefined).length,
    lost: 0,
    processes: new Set(calls.map((call) => call.pid)).size,
    threads: new Set(calls.map((call) => call.tid)).size,
    stopCostNs: 9000,
    tracerPid: 4710,
    controlPath: undefined,
    damage: [],
    problems: [],
    revision: calls.length,
    ...change,
  };
}

export function fakeTrace(
  specs: readonly Spec[],
  processNames: Readonly<Record<number, string>>,
  change: Partial<TraceInfo> = {},
): FakeTrace {
  const calls = toCalls(specs);
  return { calls, processNames, info: info(calls, change) };
}

/** What the sample does: asks for a line, copies a file, talks to a child over a pipe and to itself over TCP. */
export function demoTrace(): FakeTrace {
  return fakeTrace([...loaderCalls(), ...promptCalls(), ...copyCalls(), ...pipeCalls(), ...networkCalls(), ...otherCalls()], {
    [PID]: 'demo',
    [CHILD]: 'demo-child',
  });
}

/** The same while the program waits for its line. */
export function waitingTrace(): FakeTrace {
  const specs = [...loaderCalls(), ...promptCalls().filter((spec) => spec.at < 1500)];
  const read: Spec = {
    name: 'read',
    args: '0',
    at: 1460,
    takes: undefined,
    fd: 0,
    cls: 'terminal',
    resource: '/dev/pts/3',
    source: [
      ['ask_name', 'main.c', 31],
      ['main', 'main.c', 58],
    ],
  };
  return fakeTrace([...specs, read], { [PID]: 'demo' }, { state: 'recording', controlPath: '/run/syscope/c' });
}

/** Forty files (so that most are behind "n more"), eight threads on one socket (so that calls stack), ten thousand reads. */
export function busyTrace(): FakeTrace {
  const random = numbers(11);
  const specs: Spec[] = [];
  for (let file = 0; file < 40; file++) {
    for (let call = 0; call < 4 + (file % 7) * 12; call++) {
      const failed = file === 37 && call % 2 === 0;
      specs.push({
        name: 'pread64',
        args: `${String(file + 3)}, "", 512, ${String(call * 512)}`,
        at: 200 + random() * 90_000,
        takes: 5 + random() * 400,
        ...(failed ? { errno: 'EAGAIN' } : { ret: 512 }),
        fd: file + 3,
        cls: 'file',
        resource: `/srv/data/table-${String(file).padStart(2, '0')}.db`,
      });
    }
  }
  for (let thread = 0; thread < 8; thread++) {
    for (let at = 1000 + thread * 300; at < 90_000; at += 2600) {
      specs.push({
        tid: PID + thread,
        name: 'recvmsg',
        args: '60, {msg_name=NULL}, 0',
        at: at + random() * 300,
        takes: 1400 + random() * 1900,
        ret: 64,
        fd: 60,
        cls: 'network',
        resource: '10.0.0.7:5432',
      });
    }
  }
  for (let call = 0; call < 10_000; call++) {
    specs.push({
      name: 'write',
      args: '1, ".", 1',
      at: 100 + call * 9,
      takes: 2 + random() * 3,
      ret: 1,
      fd: 1,
      cls: 'pipe',
      resource: 'pipe:[7]',
    });
  }
  return fakeTrace(
    specs,
    { [PID]: 'server' },
    { lost: 3, problems: ['3 records were lost because the disk was full for a moment.'] },
  );
}
