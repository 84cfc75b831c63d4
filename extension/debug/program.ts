/**
 * What can be said about a program before it is started: where its file is, and in a whole sentence why it cannot run.
 * The tracer finds the same faults; finding them here first lets the dialog say them at once, whatever the terminal
 * does. Node only, no vscode.
 */
import * as fs from 'node:fs/promises';
import * as path from 'node:path';

/** The first bytes of a file, as far as they decide how the kernel starts it. */
export type ImageKind =
  | { readonly kind: 'elf'; readonly bits: 32 | 64; readonly machine: number; readonly type: number }
  | { readonly kind: 'script'; readonly interpreter: string }
  | { readonly kind: 'empty' }
  | { readonly kind: 'unknown' };

/** e_machine of x86-64 and of its 32-bit predecessor, which such a kernel may run too (elf.h). */
const EM_X86_64 = 62;
const EM_386 = 3;
const ET_EXEC = 2;
const ET_DYN = 3;
const HEAD_BYTES = 256;

const MACHINES: Readonly<Record<number, string>> = {
  3: '32-bit x86',
  8: 'MIPS',
  20: 'PowerPC',
  21: '64-bit PowerPC',
  22: 's390',
  40: '32-bit ARM',
  62: 'x86-64',
  183: '64-bit ARM',
  243: 'RISC-V',
};

export function imageKind(head: Uint8Array): ImageKind {
  if (head.length === 0) return { kind: 'empty' };
  const bytes = Buffer.from(head);
  if (bytes.length >= 20 && bytes.subarray(0, 4).equals(Buffer.from([0x7f, 0x45, 0x4c, 0x46]))) {
    return { kind: 'elf', bits: bytes[4] === 1 ? 32 : 64, type: bytes.readUInt16LE(16), machine: bytes.readUInt16LE(18) };
  }
  if (bytes.length >= 2 && bytes[0] === 0x23 && bytes[1] === 0x21) {
    const line = bytes.toString('utf8', 2).split('\n', 1)[0] ?? '';
    return { kind: 'script', interpreter: line.trim().split(/[ \t]/, 1)[0] ?? '' };
  }
  return { kind: 'unknown' };
}

export async function readImageKind(file: string): Promise<ImageKind> {
  const handle = await fs.open(file, 'r');
  try {
    const { buffer, bytesRead } = await handle.read(Buffer.alloc(HEAD_BYTES), 0, HEAD_BYTES, 0);
    return imageKind(buffer.subarray(0, bytesRead));
  } finally {
    await handle.close();
  }
}

/** Looks a bare name up as a shell would. A name with a slash is taken relative to `cwd`. Undefined: on no folder of the path. */
export async function findProgram(program: string, cwd: string, searchPath: string): Promise<string | undefined> {
  if (program.includes('/')) return path.resolve(cwd, program);
  for (const folder of searchPath.split(':')) {
    const file = path.resolve(cwd, folder === '' ? '.' : folder, program);
    const stat = await fs.stat(file).catch(() => undefined);
    if (stat?.isFile() === true && (await isExecutable(file))) return file;
  }
  return undefined;
}

/** Why this file cannot be started as a program; undefined when nothing speaks against it. */
export async function programProblem(file: string): Promise<string | undefined> {
  const stat = await fs.stat(file).catch((error: unknown) => errnoOf(error));
  if (stat === 'ENOENT' || stat === 'ENOTDIR')
    return `There is no program "${file}": build it first, or correct "program" in the configuration.`;
  if (typeof stat === 'string') return `The program "${file}" cannot be reached (${stat}): check the permissions of its folders.`;
  if (stat.isDirectory()) return `"${file}" is a directory, not a program: set "program" to the executable file itself.`;
  if (!stat.isFile()) return `"${file}" is not a regular file, so it cannot be started as a program.`;
  if (!(await isExecutable(file))) return `"${file}" is not executable: run \`chmod +x\` on it, or choose the built program.`;
  const image = await readImageKind(file).catch(() => undefined); // execute permission without read permission is fine
  return image === undefined ? undefined : imageProblem(file, image);
}

async function imageProblem(file: string, image: ImageKind): Promise<string | undefined> {
  switch (image.kind) {
    case 'empty':
      return `"${file}" is an empty file, not a program: build it again.`;
    case 'unknown':
      if (await otherFormatsRun()) return undefined;
      return `"${file}" is neither an ELF program nor a script with a "#!" line, so the kernel cannot start it.`;
    case 'script':
      return scriptProblem(file, image.interpreter);
    case 'elf':
      if (image.type !== ET_EXEC && image.type !== ET_DYN)
        return `"${file}" is an object file, not a linked program: set "program" to the linked executable.`;
      if (image.machine === EM_X86_64 || image.machine === EM_386 || (await otherFormatsRun())) return undefined;
      return `"${file}" is built for ${MACHINES[image.machine] ?? 'another architecture'}, and this machine is x86-64: build it for this machine.`;
  }
}

async function scriptProblem(file: string, interpreter: string): Promise<string | undefined> {
  if (interpreter === '') return `The script "${file}" names no interpreter after "#!": write its path there, as in "#!/bin/sh".`;
  if (await isExecutable(interpreter)) return undefined;
  return `The interpreter "${interpreter}" of the script "${file}" is missing or not executable: install it, or correct the script's first line.`;
}

/** binfmt_misc has rules of somebody's: what is foreign to us may run all the same. */
async function otherFormatsRun(): Promise<boolean> {
  const names = await fs.readdir('/proc/sys/fs/binfmt_misc').catch(() => []);
  return names.some((name) => name !== 'register' && name !== 'status');
}

export function isExecutable(file: string): Promise<boolean> {
  return fs.access(file, fs.constants.X_OK).then(
    () => true,
    () => false,
  );
}

function errnoOf(error: unknown): string {
  return typeof error === 'object' && error !== null && 'code' in error ? String(error.code) : String(error);
}
