/**
 * Which frame of a stack a click on its event opens, and in a whole sentence why none can be. Pure: whether a file exists
 * is found out by `sourceFiles.ts` and given in.
 */
import type { ResolvedFrame } from '../trace/engineProtocol';

export type SourceProblemKind =
  'no-stack' | 'no-debug-info' | 'module-changed' | 'no-module' | 'source-missing' | 'not-in-workspace' | 'no-workspace';

export type SourceChoice =
  | { readonly type: 'frame'; readonly frame: number }
  | { readonly type: 'problem'; readonly kind: SourceProblemKind; readonly text: string };

export interface SourceContext {
  /** Absolute paths of the workspace's folders. */
  readonly folders: readonly string[];
  /** The traced program's file. */
  readonly program: string;
}

/** Frames are innermost first; `local[i]` is the file that holds the source of frame i here and now. */
export function chooseFrame(
  frames: readonly ResolvedFrame[],
  local: readonly (string | undefined)[],
  context: SourceContext,
): SourceChoice {
  const frame = frames.findIndex((_, index) => isInFolders(local[index], context.folders));
  if (frame >= 0) return { type: 'frame', frame };
  if (frames.length === 0) {
    return problem(
      'no-stack',
      'This call has no stack: it was recorded without stacks (set "capture.stacks" to true and trace again), or its stack could not be read.',
    );
  }
  return unresolvedProblem(frames, context) ?? missingProblem(frames, local) ?? outsideProblem(frames, local, context);
}

/** A frame whose file and line are known. Undefined for one that cannot be opened, with the sentence that says why. */
export function frameProblem(frame: ResolvedFrame, local: string | undefined): string | undefined {
  if (frame.location === undefined) return sentenceFor(frame);
  return local === undefined ? missingSentence(frame.location.file) : undefined;
}

export function isInFolders(file: string | undefined, folders: readonly string[]): boolean {
  return (
    file !== undefined &&
    folders.some((folder) => file === folder || file.startsWith(folder.endsWith('/') ? folder : `${folder}/`))
  );
}

/** The program's own frames have no line: says what would give them one. */
function unresolvedProblem(frames: readonly ResolvedFrame[], context: SourceContext): SourceChoice | undefined {
  const own = frames.filter(({ module }) => module === context.program || isInFolders(module, context.folders));
  const known = own.some(({ location }) => location !== undefined);
  const first = own[0];
  if (known || first === undefined) return undefined;
  return problem(first.missing ?? 'no-debug-info', sentenceFor(first));
}

function missingProblem(frames: readonly ResolvedFrame[], local: readonly (string | undefined)[]): SourceChoice | undefined {
  const index = frames.findIndex(
    (frame, at) => frame.location !== undefined && local[at] === undefined && !isSystemModule(frame.module),
  );
  const file = frames[index]?.location?.file;
  return file === undefined ? undefined : problem('source-missing', missingSentence(file));
}

function outsideProblem(
  frames: readonly ResolvedFrame[],
  local: readonly (string | undefined)[],
  context: SourceContext,
): SourceChoice {
  const index = frames.findIndex((_, at) => local[at] !== undefined);
  const frame = frames[index];
  const where =
    frame?.location === undefined
      ? ''
      : ` The nearest source is "${local[index] ?? ''}", line ${String(frame.location.line)}; click its frame in the Stack list to open it.`;
  if (context.folders.length === 0)
    return problem(
      'no-workspace',
      `No folder is open, so no frame of this call lies in the workspace. Open the program's source folder.${where}`,
    );
  if (where !== '')
    return problem(
      'not-in-workspace',
      `No frame of this call lies in the workspace. Open its folder to go there by a click.${where}`,
    );
  return problem('not-in-workspace', `No frame of this call lies in the workspace: ${outermost(frames)} made it.`);
}

function sentenceFor(frame: ResolvedFrame): string {
  const name = baseName(frame.module);
  switch (frame.missing) {
    case 'module-changed':
      return `"${name}" was built again since this trace was recorded, and the trace does not hold its lines: trace it again.`;
    case 'no-module':
      return frame.module === ''
        ? 'This frame lies in code that belongs to no file.'
        : `The file "${frame.module}" is gone, so its lines cannot be looked up: build it again and trace it again.`;
    case 'no-debug-info':
    case undefined:
      return `"${name}" has no debug information for this call: rebuild it with -g and trace it again.`;
  }
}

function missingSentence(file: string): string {
  return `The source file "${file}" is not on this machine: map the folder it was compiled in to where it is now with "sourceFileMap", or open its folder.`;
}

/** Libraries of the system, whose sources nobody expects to have. */
export function isSystemModule(module: string): boolean {
  return module === '' || module.startsWith('[') || /^\/(usr\/)?lib(32|64|x32)?\//.test(module);
}

function outermost(frames: readonly ResolvedFrame[]): string {
  const modules = new Set(frames.map(({ module }) => baseName(module)));
  return [...modules].filter((name) => name !== '').join(', ') || 'code without a file';
}

function problem(kind: SourceProblemKind, text: string): SourceChoice {
  return { type: 'problem', kind, text };
}

function baseName(file: string): string {
  return file.slice(file.lastIndexOf('/') + 1);
}
