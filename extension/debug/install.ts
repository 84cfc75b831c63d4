/**
 * The extension's own files that a run needs, and in a whole sentence what is wrong with them. Node only, no vscode.
 */
import * as fs from 'node:fs/promises';
import * as path from 'node:path';
import { isExecutable, readImageKind } from './program';

export interface Installation {
  /** The `syscope` command. */
  readonly command: string;
  readonly tracer: string;
}

const EM_X86_64 = 62;

export function installationIn(extensionFolder: string): Installation {
  const dist = path.join(extensionFolder, 'dist');
  return { command: path.join(dist, 'syscope'), tracer: path.join(dist, 'native', 'syscope-tracer') };
}

/** Undefined: everything is there and runs on this machine. */
export async function installationProblem(
  installation: Installation,
  platform: string,
  arch: string,
): Promise<string | undefined> {
  if (platform !== 'linux' || arch !== 'x64') {
    return `Syscope traces on Linux on x86-64 only, and this is ${platform} on ${arch}: open the folder on such a machine (Remote-SSH, WSL or a container).`;
  }
  for (const file of [installation.command, installation.tracer]) {
    const stat = await fs.stat(file).catch(() => undefined);
    if (stat === undefined)
      return `"${file}" is missing from the extension: install Syscope again (in a checkout, run \`npm run build\`).`;
    if (!(await isExecutable(file)))
      return `"${file}" is not executable: install Syscope again, on a file system that is not mounted "noexec".`;
  }
  const image = await readImageKind(installation.tracer).catch(() => undefined);
  if (image?.kind === 'elf' && image.machine === EM_X86_64 && image.bits === 64) return undefined;
  return `"${installation.tracer}" is not built for x86-64: install the Syscope package for this machine (linux-x64).`;
}
