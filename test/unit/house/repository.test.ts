/** What holds for the repository as a whole: files' sizes, lock files, and that what is named is there. */
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';

const root = process.cwd();
const SKIPPED = /^(node_modules|dist|build|\.git|\.vscode-host|test\/\.out)(\/|$)/;

function walk(folder: string): string[] {
  return fs.readdirSync(path.join(root, folder), { withFileTypes: true }).flatMap((entry) => {
    const name = path.join(folder, entry.name);
    if (SKIPPED.test(name)) return [];
    return entry.isDirectory() ? walk(name) : entry.isFile() ? [name] : [];
  });
}

const files = walk('.');
const read = (name: string): string => fs.readFileSync(path.join(root, name), 'utf8');
const sources = files.filter((name) => /\.(ts|mts|mjs|c|h|sh)$/.test(name) && !/(^|\/)gen\//.test(name));

test('no source file is longer than 500 lines', () => {
  const long = sources.map((name) => ({ name, lines: read(name).split('\n').length })).filter(({ lines }) => lines > 500);
  assert.deepEqual(long, []);
});

test('every source file begins with a comment that says what lives there', () => {
  const bare = sources.filter((name) => !/^(#![^\n]*\n)?(\/\*|\/\/|#)/.test(read(name)));
  assert.deepEqual(bare, []);
});

test('lock files name no registry', () => {
  for (const name of ['package-lock.json', 'test/workbench/host/package-lock.json']) {
    assert.ok(
      !read(name).includes('"resolved"'),
      `${name} has "resolved" fields: npm install with omit-lockfile-registry-resolved`,
    );
  }
});

test('nothing is left undone in the sources', () => {
  const words = /(TODO|FIXME|XXX)|@ts-ignore|\.only\(/;
  const lines = sources
    .filter((name) => !name.endsWith('house/repository.test.ts'))
    .flatMap((name) =>
      read(name)
        .split('\n')
        .map((line, i) => ({ place: `${name}:${i + 1}`, line })),
    )
    .filter(({ line }) => words.test(line));
  assert.deepEqual(lines, []);
});

test('what package.json names is there', () => {
  const manifest = JSON.parse(read('package.json')) as {
    scripts: Record<string, string>;
    main?: string;
    bin?: Record<string, string>;
  };
  const named = Object.values(manifest.scripts).flatMap((line) =>
    [...line.matchAll(/node (\S+\.mjs)/g)].map((match) => match[1]!),
  );
  const built = [manifest.main, ...Object.values(manifest.bin ?? {})].filter((name) => name !== undefined);
  const missing = [...named, ...built].filter((name) => !fs.existsSync(path.join(root, name)));
  assert.deepEqual(missing, []);
});

test('every npm package that is bundled is named in the notices', () => {
  const bundled = JSON.parse(read('build/bundled-packages.json')) as readonly string[];
  assert.ok(bundled.length > 0);
  const notices = read('THIRD-PARTY-NOTICES.md');
  const families = bundled.map((name) => (name.startsWith('d3-') ? 'd3' : name));
  assert.deepEqual(
    [...new Set(families)].filter((name) => !notices.includes(`\`${name}\``)),
    [],
  );
});

test('the continuous integration runs npm test', () => {
  assert.match(read('.ci/run'), /^exec npm test$/m);
  assert.ok(fs.statSync(path.join(root, '.ci/run')).mode & 0o111, '.ci/run is executable');
});

test('dist/syscope: no process between the shell and the helper, and says what is missing', () => {
  const folder = fs.mkdtempSync(path.join(process.env['TMPDIR'] ?? '/tmp', 'launcher-'));
  fs.copyFileSync(path.join(root, 'dist/syscope'), path.join(folder, 'syscope'));
  const run = (file: string, ...args: string[]): { status: number; text: string } => {
    try {
      return { status: 0, text: execFileSync(file, args, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] }) };
    } catch (error) {
      const failed = error as { status: number; stderr: string };
      return { status: failed.status, text: failed.stderr };
    }
  };
  const missing = run(path.join(folder, 'syscope'), 'record', '--', 'true');
  assert.equal(missing.status, 125);
  assert.match(missing.text, /syscope-tracer is missing or not executable/);

  fs.mkdirSync(path.join(folder, 'native'));
  fs.writeFileSync(path.join(folder, 'native/syscope-tracer'), '#!/bin/sh\necho "$$ $*"\n', { mode: 0o755 });
  fs.symlinkSync('syscope', path.join(folder, 'link'));
  const pid = execFileSync('/bin/sh', ['-c', `echo $$; exec ${path.join(folder, 'link')} record -- true`], { encoding: 'utf8' });
  const [shell, helper] = pid.trim().split('\n');
  assert.equal(helper, `${shell!} record -- true`);

  fs.writeFileSync(path.join(folder, 'native/syscope-tracer'), Buffer.from('7f454c46020101', 'hex'), { mode: 0o755 });
  const foreign = run(path.join(folder, 'syscope'), 'record');
  assert.equal(foreign.status, 126);
  assert.match(foreign.text, /does not run on this machine/);
});
