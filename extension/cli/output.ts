/** Where a command's output goes: standard output or a file, chunk by chunk, never faster than it is taken. */
import fs from 'node:fs';
import type { Writable } from 'node:stream';

export interface Output {
  write(chunk: Uint8Array | string): Promise<void>;
  /** All is written. */
  finish(): Promise<void>;
  /** Something failed: a file that was begun is removed. */
  abandon(): Promise<void>;
}

export const isBrokenPipe = (error: unknown): boolean => error instanceof Error && 'code' in error && error.code === 'EPIPE';

/** Throws an Error with a whole sentence if the file cannot be written. */
export async function openOutput(path: string | undefined, stdout: Writable): Promise<Output> {
  return path === undefined ? streamOutput(stdout) : fileOutput(path);
}

function streamOutput(stream: Writable): Output {
  const nothing = (): Promise<void> => Promise.resolve();
  const write = (chunk: Uint8Array | string): Promise<void> =>
    chunk.length === 0
      ? nothing()
      : new Promise((resolve, reject) => {
          stream.write(chunk, (error) => {
            if (error) reject(error);
            else resolve();
          });
        });
  return { write, finish: nothing, abandon: nothing };
}

async function fileOutput(path: string): Promise<Output> {
  const existed = fs.existsSync(path);
  let file: fs.promises.FileHandle;
  try {
    file = await fs.promises.open(path, 'w', 0o600);
  } catch (error) {
    throw writeError(path, error);
  }
  return {
    async write(chunk) {
      try {
        await file.writeFile(chunk);
      } catch (error) {
        throw writeError(path, error);
      }
    },
    finish: () => file.close(),
    async abandon() {
      await file.close();
      if (!existed) await fs.promises.rm(path, { force: true });
    },
  };
}

function writeError(path: string, error: unknown): Error {
  const reason = error instanceof Error ? error.message.replace(/, (open|write) .*$/, '') : String(error);
  return new Error(`Cannot write ${path}: ${reason}.`, { cause: error });
}
