/**
 * From the path that the compiler wrote to paths where the file may be now: `sourceFileMap`, and the choice among files of
 * the same name. Pure.
 */

/** The mapped path, by the longest matching folder; undefined when none matches. */
export function mapSource(file: string, sourceFileMap: Readonly<Record<string, string>>): string | undefined {
  let best: string | undefined;
  for (const from of Object.keys(sourceFileMap)) {
    const folder = withoutSlash(from);
    const matches = file === folder || file.startsWith(`${folder}/`);
    if (matches && folder.length > (best === undefined ? -1 : withoutSlash(best).length)) best = from;
  }
  if (best === undefined) return undefined;
  const to = withoutSlash(sourceFileMap[best] ?? '');
  return normalise(`${to}${file.slice(withoutSlash(best).length)}`);
}

/** The candidate that shares the most folders with `file` from its end. Undefined: none, or two share as many. */
export function bestBySuffix(file: string, candidates: readonly string[]): string | undefined {
  const wanted = normalise(file).split('/').reverse();
  let best: string | undefined;
  let bestLength = 0;
  let tied = false;
  for (const candidate of candidates) {
    const parts = candidate.split('/').reverse();
    let length = 0;
    while (length < parts.length && length < wanted.length && parts[length] === wanted[length]) length++;
    if (length > bestLength) [best, bestLength, tied] = [candidate, length, false];
    else if (length === bestLength) tied = true;
  }
  return tied ? undefined : best;
}

/** Without "." and ".." where they can be taken out; compilers write such paths for files of other folders. */
export function normalise(file: string): string {
  const absolute = file.startsWith('/');
  const parts: string[] = [];
  for (const part of file.split('/')) {
    if (part === '' || part === '.') continue;
    if (part !== '..') parts.push(part);
    else if (parts.length > 0 && parts[parts.length - 1] !== '..') parts.pop();
    else if (!absolute) parts.push(part);
  }
  return `${absolute ? '/' : ''}${parts.join('/')}`;
}

function withoutSlash(folder: string): string {
  return folder.replace(/\/+$/, '');
}
