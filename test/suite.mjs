// Runs build/…/suite/index.js inside an extension host through @vscode/test-electron (Node 22 and newer: the host's Node 24).
//   node24 test/suite.mjs BUNDLES WORKSPACE
// The executable is the stand-in test/workbench/code, or what VSCODE_EXECUTABLE names; VSCODE_VERSION=stable downloads a desktop VS Code.
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { runTests } from '@vscode/test-electron';

const root = path.dirname(path.dirname(fileURLToPath(import.meta.url)));
const [bundles, workspace] = process.argv.slice(2);
const version = process.env.VSCODE_VERSION;
const executable =
  version === undefined
    ? { vscodeExecutablePath: process.env.VSCODE_EXECUTABLE ?? path.join(root, 'test/workbench/code') }
    : { version };
try {
  await runTests({
    ...executable,
    extensionDevelopmentPath: root,
    extensionTestsPath: path.join(bundles, 'index.js'),
    launchArgs: [workspace],
  });
} catch (error) {
  console.error(error instanceof Error ? error.message : String(error));
  process.exitCode = 1;
}
