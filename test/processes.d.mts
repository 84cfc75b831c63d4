/** Types of processes.mjs, for its tests. */
export interface CommandOptions {
  readonly command: string;
  readonly args: readonly string[];
  readonly cwd: string;
  readonly env?: Readonly<Record<string, string>>;
  readonly limitSeconds: number;
  readonly prefix: string;
  readonly logFile: string;
}
export interface CommandResult {
  readonly status: number;
  readonly lines: readonly string[];
  readonly problem: string | undefined;
}
export function runCommand(options: CommandOptions): Promise<CommandResult>;
export function endLeftOvers(): string[];
