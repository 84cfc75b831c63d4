/**
 * `npm start` as the README says: the sample is traced, its summary printed, and VS Code opened, the desktop's `code` with a
 * private profile, or the browser workbench.
 */
import assert from 'node:assert/strict';
import { spawn, spawnSync, type ChildProcess } from 'node:child_process';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { test } from 'node:test';
import { launchBrowser } from '../workbench/host.mjs';
import { START_MS, eventually, screenshot } from '../workbench/ui';
import { traceComplete } from './sample';
import { lanes } from './timeline';

const START = path.join(process.cwd(), 'test/start.mjs');
const LIMIT_MS = 240_000;

/** PATH without any `code`, and with those of `extra` first. */
function pathWith(...extra: readonly string[]): string {
  const folders = (process.env['PATH'] ?? '').split(':').filter((folder) => !fs.existsSync(path.join(folder, 'code')));
  return [...extra, ...folders].join(':');
}

function start(
  args: readonly string[],
  PATH: string,
  cwd = process.cwd(),
): { readonly status: number | null; readonly text: string } {
  const ran = spawnSync(process.execPath, [START, ...args], {
    encoding: 'utf8',
    timeout: LIMIT_MS,
    env: { ...process.env, PATH, INIT_CWD: cwd },
  });
  return { status: ran.status, text: ran.stdout + ran.stderr };
}

void test('--no-open: records, prints the summary, and says what it would open', () => {
  const { status, text } = start(['--no-open'], pathWith());
  assert.equal(status, 0, text);
  assert.match(text, /Your name: Hello, ADA!/);
  assert.match(text, /browser workbench on 127\.0\.0\.1/);
  const trace = /the trace is (.*\.syscope)/.exec(text)?.[1] ?? '';
  assert.ok(fs.existsSync(trace), text);
});

void test('a program of one’s own runs where npm was called, with its arguments', () => {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'own-'));
  fs.writeFileSync(path.join(folder, 'hello.txt'), 'hello from a file\n');
  const { status, text } = start(['--no-open', 'cat', 'hello.txt'], pathWith(), folder);
  assert.equal(status, 0, text);
  assert.match(text, /hello from a file/);
  assert.deepEqual(fs.readdirSync(folder), ['hello.txt'], 'nothing is written beside it');
});

void test('a program that is not there is said in one sentence', () => {
  const { status, text } = start(['--no-open', './not-there'], pathWith());
  assert.equal(status, 1);
  assert.match(text, /There is no program .*not-there\./);
  assert.doesNotMatch(text, /at .*\.mjs:\d+/);
});

void test('with `code` on the PATH: a private profile, the package installed, workspace and trace opened', () => {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'code-'));
  const log = path.join(folder, 'log');
  fs.writeFileSync(path.join(folder, 'code'), `#!/bin/sh\nprintf '%s\\n' "$*" >> ${log}\n`, { mode: 0o755 });
  const { status, text } = start([], pathWith(folder));
  assert.equal(status, 0, text);
  const [install = '', open = ''] = fs.readFileSync(log, 'utf8').split('\n');
  for (const line of [install, open])
    assert.match(line, /--user-data-dir \S*build\/start\/code\/user-data --extensions-dir \S*build\/start\/code\/extensions/);
  assert.match(install, /--install-extension \S*dist\/syscope-linux-x64\.vsix/);
  assert.match(open, /--new-window \S*build\/start\/sample \S*\.syscope$/);
});

async function untilUrl(child: ChildProcess): Promise<string> {
  let said = '';
  for (const stream of [child.stdout, child.stderr]) stream?.setEncoding('utf8').on('data', (text: string) => (said += text));
  return eventually('the address', () => Promise.resolve(/(http:\/\/127\.0\.0\.1:\d+\/\S+)/.exec(said)?.[1]), LIMIT_MS).catch(
    (error: unknown) => {
      throw new Error(`${String(error)}\n${said}`);
    },
  );
}

void test('without `code`: the browser workbench shows the sample’s timeline; Ctrl+C ends it', async () => {
  const child = spawn(process.execPath, [START], {
    env: { ...process.env, PATH: pathWith(), DISPLAY: undefined, WAYLAND_DISPLAY: undefined },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const gone = new Promise<number | null>((resolve) => child.once('exit', resolve));
  const browser = await launchBrowser();
  try {
    const url = await untilUrl(child);
    const page = await browser.newPage({ viewport: { width: 1500, height: 950 } });
    await page.goto(url, { timeout: START_MS });
    try {
      await traceComplete(page, START_MS);
      assert.ok((await lanes(page)).some((lane) => lane.class === 'pipe'));
    } finally {
      await screenshot(page, 'start');
    }
    const other = await fetch(new URL('/', url), { redirect: 'manual' });
    assert.equal(other.status, 403, 'without the token nobody gets in');
    child.kill('SIGINT');
    assert.equal(await gone, 0);
  } finally {
    await browser.close();
    child.kill('SIGKILL');
  }
});
