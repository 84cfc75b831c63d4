/** The lines of a strace file, process by process, for comparing two runs of one program. */
import fs from 'node:fs';

/** Where the comparison begins: what comes before is the loader's. */
const BEGIN = /^getpid\(\)/;

/** Lines by process in order of their first, without what no two runs have in common. */
export function linesOf(file: string): string[] {
  const byProcess = new Map<string, string[]>();
  for (const line of fs.readFileSync(file, 'latin1').trimEnd().split('\n')) {
    const [, pid = '', text = ''] = /^(\d+) +(.*)$/.exec(line) ?? [];
    const lines = byProcess.get(pid) ?? [];
    byProcess.set(pid, lines);
    const resumed = /^<\.\.\. \w+ resumed>(.*)$/.exec(text)?.[1];
    const begun = lines[lines.length - 1];
    if (resumed !== undefined && begun?.endsWith(' <unfinished ...>') === true)
      lines[lines.length - 1] = begun.slice(0, -' <unfinished ...>'.length) + resumed;
    else lines.push(text);
  }
  const pids = [...byProcess.keys()];
  const [first = [], ...others] = byProcess.values();
  const begin = first.findIndex((line) => BEGIN.test(line));
  // When a child's signal comes, beside a wait for it, is chance.
  const calls = [first.slice(begin + 1), ...others].flat().filter((line) => !line.startsWith('--- '));
  return calls.map((line) => normal(line, pids));
}

const normal = (line: string, pids: readonly string[]): string =>
  pids
    .reduce((text, pid, index) => text.replaceAll(new RegExp(`\\b${pid}\\b`, 'g'), `PID${index}`), line)
    .replace(/\) += /, ') = ')
    .replaceAll(/0x(7f|5[56])[0-9a-f]{10}/g, 'ADDRESS');
