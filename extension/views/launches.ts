/**
 * Which trace takes whose place: a program that is run again is shown in the tab of its last run, if that is over and still
 * shown. No vscode.
 */
interface Begun {
  readonly key: string;
  /** The last run of the configuration. */
  readonly before: string | undefined;
  readonly replaces: string | undefined;
}

export class Launches {
  /** By configuration: the trace of its last run. */
  private readonly last = new Map<string, string>();
  /** Being started: by trace. */
  private readonly starting = new Map<string, Begun>();

  constructor(private readonly canBeReplaced: (trace: string) => boolean) {}

  /** A run of the configuration `key` begins; `restarted`: in place of that trace for certain. Returns the trace to replace. */
  begin(trace: string, key: string, restarted: string | undefined): string | undefined {
    const before = this.last.get(key);
    const replaces = restarted ?? (before !== undefined && this.canBeReplaced(before) ? before : undefined);
    this.starting.set(trace, { key, before, replaces: replaces === trace ? undefined : replaces });
    this.last.set(key, trace);
    return this.starting.get(trace)?.replaces;
  }

  /** It runs. Returns the trace whose place it has taken. */
  started(trace: string): string | undefined {
    const replaces = this.starting.get(trace)?.replaces;
    this.starting.delete(trace);
    return replaces;
  }

  /** It was not started: the one before stays. */
  failed(trace: string): void {
    const begun = this.starting.get(trace);
    this.starting.delete(trace);
    if (begun === undefined || this.last.get(begun.key) !== trace) return;
    if (begun.before === undefined) this.last.delete(begun.key);
    else this.last.set(begun.key, begun.before);
  }
}
