// One workbench window with an extension under development and a test module that runs inside its extension host.
// What must not live here: the tests, and how they are bundled.
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import util from 'node:util';
import { launchBrowser, startServer, workbenchUrl } from './host.mjs';

/** Prints what the suite writes into its log (the extension host's own console is mixed with the workbench's). */
function followLog(file) {
  let shown = 0;
  const show = () => {
    const bytes = fs.readFileSync(file);
    process.stdout.write(bytes.subarray(shown));
    shown = bytes.length;
  };
  const timer = setInterval(show, 200);
  return () => {
    clearInterval(timer);
    show();
  };
}

/**
 * Returns 0 when the module's run() resolved, another number or a word when it did not. The smoke-test driver is on:
 * a built VS Code ignores extension folders and tests in its address without it. With it, modal dialogs are refused.
 */
export async function runSuite({ extensionDirs, testsIndex, workspace, timeoutMs, env = {}, verbose = false }) {
  const dataDir = fs.mkdtempSync(path.join(os.tmpdir(), 'suite-'));
  const suiteLog = path.join(dataDir, 'suite.log');
  fs.writeFileSync(suiteLog, '');
  const stopFollowing = followLog(suiteLog);
  let server, browser;
  try {
    server = await startServer({ dataDir, smoke: true, env: { ...env, SUITE_LOG: suiteLog } });
    browser = await launchBrowser();
    const page = await browser.newPage({ viewport: { width: 1400, height: 900 } });
    let finish;
    const finished = new Promise((resolve) => (finish = resolve));
    if (verbose) await page.exposeFunction('codeAutomationLog', (type, args) => console.error(`[${type}]`, util.format(...args)));
    await page.exposeFunction('codeAutomationExit', finish);
    page.on('crash', () => finish('page crashed'));
    const remote = (file) => `vscode-remote://${server.authority}${path.resolve(file)}`;
    const payload = [
      ...extensionDirs.map((dir) => ['extensionDevelopmentPath', remote(dir)]),
      ['extensionTestsPath', remote(testsIndex)],
    ];
    await page.goto(workbenchUrl(server, path.resolve(workspace), payload));
    const timer = setTimeout(() => finish(`no answer in ${timeoutMs / 1000} s`), timeoutMs);
    const code = await finished;
    clearTimeout(timer);
    if (code !== 0 && process.env.SYSCOPE_SHOTS !== undefined)
      await page.screenshot({ path: path.join(process.env.SYSCOPE_SHOTS, 'suite-failed.png') });
    return code;
  } finally {
    await browser?.close();
    await server?.stop();
    stopFollowing();
    fs.rmSync(dataDir, { recursive: true, force: true, maxRetries: 5 });
  }
}
