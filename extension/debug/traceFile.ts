/**
 * Whether a trace may be written where the configuration says, and the little of a trace file's header that can be told
 * without the engine. Node only, no vscode.
 */
import * as fs from 'node:fs/promises';
import * as path from 'node:path';

const MAGIC = Buffer.from('SYSCOPE\n', 'latin1');

/** Undefined: it may be written. A trace that is there already is replaced; anything else is never overwritten. */
export async function traceFileProblem(file: string): Promise<string | undefined> {
  const stat = await fs.lstat(file).catch(() => undefined);
  if (stat?.isDirectory() === true)
    return `The trace cannot be written to "${file}", which is a directory: name a file in "traceFile".`;
  if (stat !== undefined && (!stat.isFile() || (stat.size > 0 && !(await isTrace(file))))) {
    return `"${file}" exists and is no Syscope trace, so it is not overwritten: choose another "traceFile".`;
  }
  const folder = path.dirname(file);
  const parent = await fs.stat(folder).catch(() => undefined);
  if (parent?.isDirectory() !== true)
    return `The folder "${folder}" of "traceFile" does not exist: create it, or choose another.`;
  const writable = await fs.access(folder, fs.constants.W_OK | fs.constants.X_OK).then(
    () => true,
    () => false,
  );
  if (!writable)
    return `The trace cannot be written into "${folder}": you have no permission there. Choose another "traceFile", or leave it out.`;
  if (stat !== undefined) await fs.rm(file);
  return undefined;
}

async function isTrace(file: string): Promise<boolean> {
  const handle = await fs
    .open(file, fs.constants.O_RDONLY | fs.constants.O_NOFOLLOW | fs.constants.O_NONBLOCK)
    .catch(() => undefined);
  if (handle === undefined) return false;
  try {
    const { buffer, bytesRead } = await handle.read(Buffer.alloc(MAGIC.length), 0, MAGIC.length, 0);
    return bytesRead === MAGIC.length && buffer.equals(MAGIC);
  } finally {
    await handle.close();
  }
}
