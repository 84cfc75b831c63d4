/**
 * The comparison with strace notices a broken decoder: Syscope's command line is built anew with one mistake in its tables or printers,
 * exports a trace that was made before, and the comparison must fail.
 */
import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import * as esbuild from 'esbuild';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { compareRuns, differencesText } from '../differ/compare';
import { makeFolder } from '../differ/folder';
import { parseLog } from '../differ/log';
import rulesFile from '../differ/rules.json';
import { Rules, type RulesFile } from '../differ/rules';
import { addressesCanBeFixed, underStrace, Workplace, type Traced } from '../differ/run';
import { findProgram, ROOT, run, SYSCOPE } from '../real/recording';

interface Mistake {
  readonly what: string;
  /** Below extension/trace. */
  readonly file: string;
  readonly right: RegExp;
  readonly wrong: string;
}

const MISTAKES: readonly Mistake[] = [
  { what: 'a flag with another name', file: 'gen/flags.ts', right: /'O_CLOEXEC'/g, wrong: "'O_CLOSEXEC'" },
  {
    what: 'two flags in each other’s place',
    file: 'gen/flags.ts',
    right: /'PROT_READ', 1\], \['PROT_WRITE', 2\]/,
    wrong: "'PROT_WRITE', 1], ['PROT_READ', 2]",
  },
  { what: 'an error with another text', file: 'gen/errno.ts', right: /No such file or directory/, wrong: 'No such file' },
  { what: 'a call with another name', file: 'gen/syscalls.ts', right: /name: 'openat'/g, wrong: "name: 'openat3'" },
  {
    what: 'an argument of another kind',
    file: 'gen/syscalls.ts',
    right: /(name: 'count'|name: 'buf_size'), kind: 'size'/g,
    wrong: "$1, kind: 'hex'",
  },
  { what: 'a special descriptor as a number', file: 'describe/words.ts', right: /'AT_FDCWD'/, wrong: "'-100'" },
  { what: 'strings cut one earlier', file: 'describe/bytes.ts', right: /SHOWN = 32/, wrong: 'SHOWN = 31' },
  {
    what: 'addresses of results off by a page',
    file: 'describe/result.ts',
    right: /words\.address\(ret\)/,
    wrong: 'words.address(ret + 4096n)',
  },
  {
    what: 'exit statuses off by one',
    file: 'describe/signals.ts',
    right: /WEXITSTATUS\(s\) == \$\{/,
    wrong: 'WEXITSTATUS(s) == ${1 + ',
  },
];

const SCRIPT = 'cat <words.txt >out/copy; /bin/true; cat missing; exit 3';

/** dist/ with another cli.js. */
async function buildWith(folder: string, mistake: Mistake | undefined): Promise<string> {
  fs.mkdirSync(folder);
  for (const name of ['native', 'node_modules', 'engine.js'])
    fs.symlinkSync(path.join(ROOT, 'dist', name), path.join(folder, name));
  const file = path.join(ROOT, 'extension/trace', mistake?.file ?? 'none');
  const plugin: esbuild.Plugin = {
    name: 'mistake',
    setup: (build) => {
      build.onLoad({ filter: /[/]extension[/]trace[/].*\.ts$/ }, (args) => {
        if (mistake === undefined || args.path !== file) return undefined;
        const source = fs.readFileSync(file, 'utf8');
        const contents = source.replace(mistake.right, mistake.wrong);
        assert.notEqual(contents, source, `nothing to break in ${mistake.file}: ${String(mistake.right)}`);
        return { contents, loader: 'ts' };
      });
    },
  };
  const outfile = path.join(folder, 'cli.js');
  await esbuild.build({
    entryPoints: [path.join(ROOT, 'extension/cli/main.ts')],
    outfile,
    bundle: true,
    platform: 'node',
    format: 'cjs',
    target: 'node20',
    external: ['koffi'],
    logLevel: 'silent',
    plugins: [plugin],
  });
  return outfile;
}

void describe(
  'a broken decoder',
  { skip: findProgram('strace', process.env['PATH'] ?? '') === undefined && 'strace is not installed' },
  () => {
    const scratch = fs.mkdtempSync(path.join(os.tmpdir(), 'broken-'));
    const trace = path.join(scratch, 'trace.syscope');
    const fixed = addressesCanBeFixed();
    let strace: Traced;
    before(() => {
      makeFolder(path.join(scratch, 'files'));
      const place = new Workplace(path.join(scratch, 'files'), scratch, fixed);
      const words = ['/bin/bash', '-c', SCRIPT];
      strace = underStrace(place.command(words, 'out'));
      assert.equal(run(place.command(words, 'out'), [SYSCOPE, 'record', '-o', trace, '--']).status, 3);
    });
    after(() => {
      fs.rmSync(scratch, { recursive: true, force: true });
    });

    /** What the comparison says of the trace as that command line exports it. */
    async function compared(mistake: Mistake | undefined, folder: string): Promise<string> {
      const cli = await buildWith(path.join(scratch, folder), mistake);
      const words = [process.execPath, cli, 'export', '--format', 'strace', trace];
      const { status, stdout, stderr } = run({ words, cwd: scratch, env: { PATH: process.env['PATH'] ?? '' } });
      assert.deepEqual({ status, stderr }, { status: 0, stderr: '' });
      const rules = new Rules(rulesFile as RulesFile, { command: 'bash starting processes', fixedAddresses: fixed });
      return differencesText(compareRuns(strace.run, { tasks: parseLog(stdout), now: Date.now() / 1000 }, rules));
    }

    void it('is none as it is', async () => {
      assert.equal(await compared(undefined, 'right'), '');
    });

    for (const mistake of MISTAKES)
      void it(`is noticed: ${mistake.what}`, async () => {
        assert.notEqual(await compared(mistake, mistake.what.replace(/\W+/g, '-')), '');
      });
  },
);
