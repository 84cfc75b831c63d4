/** Which folder may import which: ARCHITECTURE.md's invariants, checked on every import of every TypeScript file. */
import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import { builtinModules } from 'node:module';
import { test } from 'node:test';
import ts from 'typescript';

const root = process.cwd();

interface Import {
  readonly from: string;
  readonly line: number;
  /** A package's name, or a path relative to the root without its extension. */
  readonly to: string;
}

function importsOf(file: string): Import[] {
  const text = fs.readFileSync(path.join(root, file), 'utf8');
  return ts.preProcessFile(text, true, true).importedFiles.map(({ fileName, pos }) => {
    const to = fileName.startsWith('.')
      ? path.normalize(path.join(path.dirname(file), fileName))
      : fileName.replace(/^node:/, '');
    return { from: file, line: text.slice(0, pos).split('\n').length, to };
  });
}

function typeScriptFiles(folder: string): string[] {
  if (!fs.existsSync(path.join(root, folder))) return [];
  const names = fs.readdirSync(path.join(root, folder), { recursive: true, encoding: 'utf8' });
  return names.filter((name) => name.endsWith('.ts')).map((name) => path.join(folder, name));
}

const all = ['extension', 'webview'].flatMap(typeScriptFiles).flatMap(importsOf);
const within = (name: string, folder: string): boolean => name.startsWith(`${folder}/`);
const isBuiltin = (name: string): boolean => builtinModules.includes(name);

/** Fails with a line per import that breaks the rule. */
function expectNone(rule: string, broken: (entry: Import) => boolean): void {
  const lines = all.filter(broken).map(({ from, line, to }) => `${from}:${line} imports ${to}`);
  assert.deepEqual(lines, [], rule);
}

test('there are files to check', () => {
  assert.ok(all.length > 20, `${all.length} imports found`);
});

test('extension/trace imports nothing outside itself: no I/O, no vscode, no koffi', () => {
  expectNone('extension/trace is pure', ({ from, to }) => within(from, 'extension/trace') && !within(to, 'extension/trace'));
});

test('only extension/engine imports koffi', () => {
  expectNone('koffi runs in the engine only', ({ from, to }) => to === 'koffi' && !within(from, 'extension/engine'));
});

test('webview imports only itself, extension/trace and d3', () => {
  const allowed = (to: string): boolean => within(to, 'webview') || within(to, 'extension/trace') || /^d3(-|$)/.test(to);
  expectNone('the webview holds what it shows', ({ from, to }) => within(from, 'webview') && !allowed(to));
});

test('nothing imports extension/main', () => {
  expectNone('main only wires', ({ to }) => to.replace(/\.(js|ts)$/, '') === 'extension/main');
});

test('engine and command line run without VS Code', () => {
  const bare = (from: string): boolean => within(from, 'extension/engine') || within(from, 'extension/cli');
  expectNone(
    'no vscode',
    ({ from, to }) =>
      bare(from) &&
      (to === 'vscode' || within(to, 'extension/debug') || within(to, 'extension/timeline') || within(to, 'extension/views')),
  );
});

test('every package that the shipped code imports is a dependency or bundled dev dependency', () => {
  const manifest = JSON.parse(fs.readFileSync(path.join(root, 'package.json'), 'utf8')) as {
    dependencies: Record<string, string>;
    devDependencies: Record<string, string>;
  };
  const known = new Set([...Object.keys(manifest.dependencies), ...Object.keys(manifest.devDependencies), 'vscode']);
  const packageOf = (name: string): string =>
    name
      .split('/')
      .slice(0, name.startsWith('@') ? 2 : 1)
      .join('/');
  const isFile = (to: string): boolean => to.includes('/') && (within(to, 'extension') || within(to, 'webview'));
  expectNone(
    'declared',
    ({ to }) => !isFile(to) && !isBuiltin(to) && !to.endsWith('.css') && !/^d3-/.test(to) && !known.has(packageOf(to)),
  );
});
