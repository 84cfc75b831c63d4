/** Types of programs.mjs, for its tests. */
export const PROGRAMS_FOLDER: string;
export function programsPath(): string;
export function librariesPath(): string;
export function ensurePrograms(): string | undefined;
