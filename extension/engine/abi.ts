/**
 * The orders of numbers in native/include/syscope.h (a test compares them with the header).
 * What must not live here: anything else.
 */
export const ABI_VERSION = 5;

export const Info = {
  state: 0,
  startRealtimeMs: 1,
  duration: 2,
  events: 3,
  errors: 4,
  pending: 5,
  lost: 6,
  processes: 7,
  threads: 8,
  tracerPid: 9,
  revision: 10,
  problems: 11,
  lanes: 12,
  calls: 13,
  count: 14,
} as const;

/** Info.state of a trace that is being written. */
export const RECORDING = 1;

export const LaneColumn = {
  class: 0,
  process: 1,
  pid: 2,
  processName: 3,
  fd: 4,
  thread: 5,
  tid: 6,
  resource: 7,
  events: 8,
  errors: 9,
  helperEvents: 10,
  helperErrors: 11,
  busy: 12,
  first: 13,
  last: 14,
  generations: 15,
  columns: 16,
} as const;

export const CallColumn = {
  present: 0,
  seq: 1,
  endSeq: 2,
  process: 3,
  pid: 4,
  thread: 5,
  tid: 6,
  nr: 7,
  arch: 8,
  start: 9,
  end: 10,
  fd: 11,
  class: 12,
  description: 13,
  name: 14,
  origin: 15,
  stack: 16,
  enterFlags: 17,
  exitFlags: 18,
  lane: 19,
  columns: 20,
} as const;

export const CallWord = { arg0: 0, ip: 6, ret: 7, columns: 8 } as const;

export const TieColumn = { call: 0, fd: 1, class: 2, description: 3, name: 4, role: 5, count: 6, columns: 7 } as const;

export const CopyColumn = { call: 0, out: 1, arg: 2, full: 3, error: 4, at: 5, length: 6, columns: 7 } as const;

export const ProcessColumn = {
  present: 0,
  parent: 1,
  pid: 2,
  nsPid: 3,
  ppid: 4,
  name: 5,
  flags: 6,
  start: 7,
  end: 8,
  status: 9,
  cause: 10,
  sender: 11,
  endEvent: 12,
  userUs: 13,
  systemUs: 14,
  maxRssKb: 15,
  path: 16,
  argvPos: 17,
  argvLength: 18,
  cwd: 19,
  threads: 20,
  children: 21,
  descriptors: 22,
  calls: 23,
  errors: 24,
  helperCalls: 25,
  received: 26,
  sent: 27,
  columns: 28,
} as const;

export const DescriptorColumn = {
  process: 0,
  pid: 1,
  processName: 2,
  fd: 3,
  description: 4,
  class: 5,
  name: 6,
  start: 7,
  end: 8,
  generations: 9,
  origin: 10,
  event: 11,
  eventNr: 12,
  eventArch: 13,
  firstEvent: 14,
  calls: 15,
  errors: 16,
  helperCalls: 17,
  received: 18,
  sent: 19,
  holders: 20,
  peer: 21,
  peerName: 22,
  peerProcess: 23,
  peerPid: 24,
  peerProcessName: 25,
  peerFd: 26,
  columns: 27,
} as const;

export const DescriptorClassColumn = {
  rows: 0,
  open: 1,
  calls: 2,
  errors: 3,
  received: 4,
  sent: 5,
  columns: 6,
} as const;

/** Kinds of filter terms. */
export const Term = {
  process: 1,
  family: 2,
  descriptor: 3,
  description: 4,
  blind: 5,
} as const;

export const TermColumn = {
  kind: 0,
  process: 1,
  fd: 2,
  description: 3,
  reason: 4,
  columns: 5,
} as const;

export const RowColumn = {
  id: 0,
  seq: 1,
  endSeq: 2,
  process: 3,
  pid: 4,
  thread: 5,
  tid: 6,
  nr: 7,
  arch: 8,
  start: 9,
  end: 10,
  fd: 11,
  class: 12,
  description: 13,
  name: 14,
  origin: 15,
  stack: 16,
  enterFlags: 17,
  exitFlags: 18,
  transfers: 19,
  received: 20,
  sent: 21,
  otherFd: 22,
  otherClass: 23,
  otherDescription: 24,
  otherName: 25,
  columns: 26,
} as const;

export const SummaryBy = { class: 0, syscall: 1, fd: 2, path: 3, process: 4, count: 5 } as const;

export const SummaryColumn = {
  calls: 0,
  pending: 1,
  errors: 2,
  received: 3,
  sent: 4,
  returned: 5,
  total: 6,
  p50: 7,
  p95: 8,
  max: 9,
  keyBytes: 10,
  errorKinds: 11,
  columns: 12,
} as const;
