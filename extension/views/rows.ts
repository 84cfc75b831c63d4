/**
 * The rows of the views as plain data: what each is, its key, which filter it stands for, and how it is shown. Pure: the tree
 * views (traceTree.ts) make VS Code's items of it.
 */
import { FD_CLASSES, type FdClass } from '../trace/gen/schema';
import {
  type DescriptorRow,
  type DescriptorSum,
  type FilterItem,
  type NoticeRow,
  type ProcessRow,
  termKey,
} from '../trace/viewProtocol';
import {
  classLabel,
  commandLine,
  countText,
  descriptorDescription,
  descriptorLabel,
  exitMark,
  noticeDescription,
  noticeLabel,
  originText,
  peerText,
  processDescription,
  processName,
  sumDescription,
  totalsText,
  visible,
} from './rowText';
import { sizeText } from './size';

export type Row =
  | { readonly type: 'process'; readonly row: ProcessRow; readonly parent: Row | undefined }
  | { readonly type: 'class'; readonly sum: DescriptorSum }
  /** owner: whose it is has to be said. */
  | { readonly type: 'descriptor'; readonly row: DescriptorRow; readonly owner: boolean }
  | { readonly type: 'notice'; readonly row: NoticeRow; readonly index: number }
  | { readonly type: 'noticeProcess'; readonly notice: NoticeRow; readonly process: NoticeRow['processes'][number] }
  /** Stands for the rest of a long list. */
  | { readonly type: 'more'; readonly parent: Row | undefined; readonly left: number };

export interface Shown {
  readonly label: string;
  readonly description: string;
  /** One paragraph each: a name, and what it says. */
  readonly details: readonly (readonly [name: string, text: string])[];
  /** The id of a product icon, and of a colour. */
  readonly icon: string;
  readonly colour: string | undefined;
  /** Which menu entries it has. */
  readonly context: string;
  readonly expandable: boolean;
  /** Said by screen readers. */
  readonly spoken: string;
}

export function rowKey(row: Row): string {
  switch (row.type) {
    case 'process':
      return `process ${row.row.index}`;
    case 'class':
      return `class ${row.sum.classId}`;
    case 'descriptor':
      return `descriptor ${row.row.process} ${row.row.fd} ${row.row.description}`;
    case 'notice':
      return `notice ${row.row.kind} ${row.row.reason} ${row.index}`;
    case 'noticeProcess':
      return `notice ${row.notice.reason} of ${row.process.process}`;
    case 'more':
      return `more ${row.parent === undefined ? '' : rowKey(row.parent)}`;
  }
}

/** The filter that selecting the row gives the timeline; undefined: it has none. */
export function filterOf(row: Row): FilterItem | undefined {
  switch (row.type) {
    case 'process':
      return { term: { type: 'process', process: row.row.index, family: false }, label: `process ${processName(row.row)}` };
    case 'descriptor': {
      const { process, fd, description, pid, processName: name } = row.row;
      const label = `${descriptorLabel(row.row)} of ${processName({ name, pid })}`;
      return { term: { type: 'descriptor', process, fd, description }, label };
    }
    case 'notice':
      return row.row.kind === 'blind'
        ? { term: { type: 'blind', reason: row.row.reason, process: undefined }, label: `blind spot: ${noticeLabel(row.row)}` }
        : undefined;
    case 'noticeProcess':
      return {
        term: { type: 'blind', reason: row.notice.reason, process: row.process.process },
        label: `blind spot: ${noticeLabel(row.notice)} of ${processName(row.process)}`,
      };
    case 'class':
    case 'more':
      return undefined;
  }
}

/** A process and its descendants. */
export function familyOf(row: Row): FilterItem | undefined {
  if (row.type !== 'process') return undefined;
  const label = `process ${processName(row.row)} and descendants`;
  return { term: { type: 'process', process: row.row.index, family: true }, label };
}

/** A description, whichever process has it. */
export function holdersOf(row: Row): FilterItem | undefined {
  if (row.type !== 'descriptor' || row.row.description === 0) return undefined;
  return { term: { type: 'description', description: row.row.description }, label: `${visible(row.row.name)} in every process` };
}

/** The event that a row leads to. */
export function eventOf(row: Row): number | undefined {
  switch (row.type) {
    case 'descriptor':
      return row.row.event ?? row.row.firstEvent;
    case 'notice':
      return row.row.event;
    case 'process':
      return row.row.endEvent;
    case 'class':
    case 'noticeProcess':
    case 'more':
      return undefined;
  }
}

export function isFiltered(row: Row, filter: readonly FilterItem[] | undefined): boolean {
  const own = [filterOf(row), familyOf(row), holdersOf(row)].map((item) => (item === undefined ? undefined : termKey(item.term)));
  return filter?.some(({ term }) => own.includes(termKey(term))) === true;
}

export function show(row: Row): Shown {
  switch (row.type) {
    case 'process':
      return showProcess(row.row);
    case 'class':
      return showClass(row.sum);
    case 'descriptor':
      return showDescriptor(row.row, row.owner);
    case 'notice':
      return showNotice(row.row);
    case 'noticeProcess':
      return {
        label: processName(row.process),
        description: row.process.count.toLocaleString('en'),
        details: [],
        icon: 'server-process',
        colour: undefined,
        context: 'noticeProcess',
        expandable: false,
        spoken: `process ${processName(row.process)}, ${row.process.count} times`,
      };
    case 'more':
      return {
        label: `Show more (${row.left.toLocaleString('en')} left)`,
        description: '',
        details: [],
        icon: 'ellipsis',
        colour: undefined,
        context: 'more',
        expandable: false,
        spoken: `Show more, ${row.left} left`,
      };
  }
}

function showProcess(row: ProcessRow): Shown {
  const failed = exitMark(row) !== undefined;
  const ended = row.endNs !== undefined;
  const description = processDescription(row);
  return {
    label: processName(row),
    description,
    details: processDetails(row),
    icon: failed ? 'error' : ended ? 'pass' : 'debug-start',
    colour: failed ? 'list.errorForeground' : ended ? 'disabledForeground' : 'debugIcon.startForeground',
    context: 'process',
    expandable: row.children > 0,
    spoken: joinedSpoken([
      `process ${processName(row)}`,
      ended ? (exitMark(row) ?? 'exited with 0') : 'running',
      totalsText(row),
    ]),
  };
}

function processDetails(row: ProcessRow): Shown['details'] {
  const usage =
    row.status === undefined
      ? ''
      : `${seconds(row.userUs)} user, ${seconds(row.systemUs)} system, ${sizeText(row.maxRssKb * 1024)} at most in memory`;
  const end = row.endNs === undefined ? undefined : row.status === undefined ? 'not seen' : (exitMark(row) ?? 'exited with 0');
  const sender = row.sender === undefined ? '' : `, sent by ${row.sender}`;
  return present([
    ['Command line', visible(commandLine(row))],
    ['Program', visible(row.path)],
    ['Working directory', visible(row.cwd)],
    ['Process id', row.nsPid > 0 && row.nsPid !== row.pid ? `${row.pid} (${row.nsPid} in its namespace)` : String(row.pid)],
    ['Parent', row.ppid > 0 ? String(row.ppid) : ''],
    ['Ran', `from ${seconds(row.startNs / 1000)}${row.endNs === undefined ? '' : ` to ${seconds(row.endNs / 1000)}`}`],
    ['End', end === undefined ? '' : `${end}${sender}`],
    ['Resource use', usage],
    ['Calls', callsText(row, row.loaderCalls)],
    ['Threads', row.threads > 1 ? row.threads.toLocaleString('en') : ''],
    ['Descriptors', row.descriptors > 0 ? row.descriptors.toLocaleString('en') : ''],
  ]);
}

function showClass(sum: DescriptorSum): Shown {
  const label = classLabel(sum.classId);
  return {
    label,
    description: sumDescription(sum),
    details: [],
    ...classIcon(sum.classId),
    context: 'class',
    expandable: true,
    spoken: joinedSpoken([label, sumDescription(sum)]),
  };
}

function showDescriptor(row: DescriptorRow, owner: boolean): Shown {
  const description = descriptorDescription(row, owner);
  const open = row.endNs === undefined ? 'open' : `closed at ${seconds(row.endNs / 1000)}`;
  const since = row.startNs === undefined ? '' : `since ${seconds(row.startNs / 1000)}`;
  const opened = eventOf({ type: 'descriptor', row, owner }) !== undefined;
  const context = ['descriptor', opened ? 'event' : '', row.holders > 1 ? 'shared' : '', row.name.startsWith('/') ? 'path' : ''];
  return {
    label: descriptorLabel(row),
    description,
    details: present([
      [classLabel(row.classId), row.description === 0 ? 'not open' : visible(row.name)],
      ['Process', processName({ name: row.processName, pid: row.pid })],
      ['Origin', originText(row)],
      ['State', row.description === 0 ? '' : [since, open].filter((part) => part !== '').join(', ')],
      ['Calls', callsText(row, row.loaderCalls)],
      ['Other end', row.peer === undefined ? '' : peerText(row.peer)],
      ['Held', row.holders > 1 ? `in ${row.holders.toLocaleString('en')} places, as the same open file description` : ''],
    ]),
    ...classIcon(row.classId),
    context: context.filter((part) => part !== '').join(' '),
    expandable: false,
    spoken: joinedSpoken([
      classLabel(row.classId),
      row.description === 0 ? descriptorLabel(row) : `fd ${row.fd} ${visible(row.name)}`,
      descriptorDescription({ ...row, name: '' }, owner),
      originText(row),
    ]),
  };
}

function showNotice(row: NoticeRow): Shown {
  const label = noticeLabel(row);
  const description = noticeDescription(row);
  const kind = { blind: 'Blind spot', lost: 'Lost', warning: 'Warning', problem: 'Problem' }[row.kind];
  const [icon, colour] = NOTICE_ICONS[row.kind];
  return {
    label,
    description,
    details: row.texts.map((text) => ['', visible(text)] as const),
    icon,
    colour,
    context: ['notice', row.kind, row.event === undefined ? '' : 'event'].filter((part) => part !== '').join(' '),
    expandable: row.processes.length > 1,
    spoken: joinedSpoken([kind, label, description]),
  };
}

const NOTICE_ICONS: Readonly<Record<NoticeRow['kind'], readonly [icon: string, colour: string]>> = {
  blind: ['eye-closed', 'list.warningForeground'],
  lost: ['error', 'list.errorForeground'],
  warning: ['warning', 'list.warningForeground'],
  problem: ['error', 'list.errorForeground'],
};

const CLASS_ICONS: Readonly<Record<FdClass, string>> = {
  none: 'circle-outline',
  file: 'file',
  directory: 'folder',
  pipe: 'arrow-swap',
  network: 'globe',
  'local-socket': 'plug',
  terminal: 'terminal',
  device: 'circuit-board',
  event: 'zap',
  poll: 'list-unordered',
  watch: 'eye',
  memory: 'database',
  process: 'server-process',
  'kernel-file': 'gear',
  other: 'question',
};

export function classIcon(classId: number): { readonly icon: string; readonly colour: string } {
  const id = FD_CLASSES.find(({ value }) => value === classId)?.id ?? 'other';
  return { icon: CLASS_ICONS[id], colour: classColour(id) };
}

/** As package.json contributes it. */
export function classColour(id: FdClass): string {
  return `syscope.class.${id.replace(/-([a-z])/g, (_, letter: string) => letter.toUpperCase())}`;
}

function callsText(totals: Parameters<typeof totalsText>[0], loaderCalls: number): string {
  const own = totalsText(totals);
  const loader = loaderCalls > 0 ? `${countText(loaderCalls, 'call')} of the dynamic loader's` : '';
  return [own === '' ? 'none' : own, loader].filter((part) => part !== '').join('; and ');
}

/** Of microseconds. */
function seconds(us: number): string {
  return us < 1000
    ? `${Math.round(us)} µs`
    : us < 1_000_000
      ? `${(us / 1000).toFixed(1)} ms`
      : `${(us / 1_000_000).toFixed(3)} s`;
}

function present(details: Shown['details']): Shown['details'] {
  return details.filter(([, text]) => text !== '');
}

function joinedSpoken(parts: readonly string[]): string {
  return parts
    .filter((part) => part !== '')
    .join(', ')
    .replaceAll(' · ', ', ');
}
