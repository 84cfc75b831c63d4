/**
 * Differences with a known cause, as data (rules.json): on which lines each holds, and why. Here they are read and matched.
 * Pure, but that it remembers which rules were of use.
 */

/** What varies within a line whatever traces the program: replaced on both sides before they are compared. */
export interface VaryingRule extends RuleBase {
  readonly pattern: string;
  /** What stands there afterwards; $1 is the pattern's first group. */
  readonly becomes: string;
}

/**
 * change: a line of strace's and another of Syscope's in its place. extra: a line that the other side lacks. floating: lines that
 * come when something outside of the task happens; where the order is not the same, they are compared apart from the others, in any order.
 * Patterns fit whole lines; their groups of the same name hold the same text on both sides.
 */
export type DifferenceRule = RuleBase &
  (
    | { readonly kind: 'change'; readonly strace: string; readonly syscope: string }
    | { readonly kind: 'extra'; readonly side: Side; readonly line: string }
    | { readonly kind: 'floating'; readonly line: string }
  );

interface RuleBase {
  readonly id: string;
  /** Why the sides differ, in a sentence. */
  readonly cause: string;
  /** On which commands it holds; absent: on all. */
  readonly commands?: readonly string[];
  /** It holds only where addresses cannot be fixed. */
  readonly randomAddresses?: true;
}

export type Side = 'strace' | 'syscope' | 'either';

/** Lines of commands that do not run alike every time, whose number is so much a matter of chance that few runs don't show it. */
export interface ChanceRule extends RuleBase {
  /** Fits the line's whole shape: numbers are N, strings "S". */
  readonly shape: string;
}

export interface RulesFile {
  readonly varying: readonly VaryingRule[];
  readonly differences: readonly DifferenceRule[];
  readonly chance: readonly ChanceRule[];
}

/** What is left of a hunk: lines of strace's and of Syscope's. Rules take lines out. */
export interface Remainder {
  strace: string[];
  syscope: string[];
}

/** What the rules depend on, apart from the lines. */
export interface Circumstances {
  readonly command: string;
  readonly fixedAddresses: boolean;
}

export const ruleHolds = ({ commands, randomAddresses }: RuleBase, { command, fixedAddresses }: Circumstances): boolean =>
  (commands === undefined || commands.includes(command)) && (randomAddresses !== true || !fixedAddresses);

type Apply = (hunks: readonly Remainder[]) => number;

/** The rules of one command. */
export class Rules {
  /** How often each rule was needed. */
  readonly uses = new Map<string, number>();
  private readonly varying: readonly (readonly [id: string, pattern: RegExp, becomes: string])[];
  private readonly differences: readonly (readonly [id: string, apply: Apply])[];
  private readonly floating: readonly (readonly [id: string, line: RegExp])[];
  private readonly chance: readonly (readonly [id: string, shape: RegExp])[];

  constructor(file: RulesFile, circumstances: Circumstances) {
    this.varying = file.varying
      .filter((rule) => ruleHolds(rule, circumstances))
      .map((rule) => [rule.id, new RegExp(rule.pattern, 'gs'), rule.becomes]);
    const differences = file.differences.filter((rule) => ruleHolds(rule, circumstances));
    this.differences = differences.flatMap((rule) => (rule.kind === 'floating' ? [] : [[rule.id, compile(rule)] as const]));
    this.floating = differences.flatMap((rule) => (rule.kind === 'floating' ? [[rule.id, wholeLine(rule.line)] as const] : []));
    this.chance = file.chance.filter((rule) => ruleHolds(rule, circumstances)).map((rule) => [rule.id, wholeLine(rule.shape)]);
  }

  /** The line without what varies. */
  steady(line: string): string {
    let text = line;
    for (const [id, pattern, becomes] of this.varying) {
      const changed = text.replace(pattern, becomes);
      if (changed !== text) this.used(id, 1);
      text = changed;
    }
    return text;
  }

  /** Takes out of a task's hunks what the rules account for. */
  explain(hunks: readonly Remainder[]): void {
    for (const [id, apply] of this.differences) this.used(id, apply(hunks));
  }

  /** What makes two floating lines the same; undefined: the line has its place. */
  floatingKey(line: string): string | undefined {
    for (const [id, pattern] of this.floating) {
      const match = pattern.exec(line);
      if (match === null) continue;
      this.used(id, 1);
      return match.groups === undefined ? line : `${id} ${JSON.stringify(match.groups)}`;
    }
    return undefined;
  }

  byChance(shape: string): boolean {
    const rule = this.chance.find(([, pattern]) => pattern.test(shape));
    if (rule !== undefined) this.used(rule[0], 1);
    return rule !== undefined;
  }

  private used(id: string, times: number): void {
    if (times > 0) this.uses.set(id, (this.uses.get(id) ?? 0) + times);
  }
}

const wholeLine = (pattern: string): RegExp => new RegExp(`^(?:${pattern})$`, 's');

function compile(rule: Exclude<DifferenceRule, { kind: 'floating' }>): Apply {
  switch (rule.kind) {
    case 'change': {
      const [ofStrace, ofSyscope] = [wholeLine(rule.strace), wholeLine(rule.syscope)];
      return (hunks) => sum(hunks, (hunk) => takeChanges(hunk, ofStrace, ofSyscope));
    }
    case 'extra': {
      const line = wholeLine(rule.line);
      return (hunks) =>
        sum(
          hunks,
          (hunk) =>
            (rule.side === 'syscope' ? 0 : takeExtra(hunk, 'strace', line)) +
            (rule.side === 'strace' ? 0 : takeExtra(hunk, 'syscope', line)),
        );
    }
  }
}

const sum = (hunks: readonly Remainder[], count: (hunk: Remainder) => number): number =>
  hunks.reduce((total, hunk) => total + count(hunk), 0);

function takeChanges(hunk: Remainder, ofStrace: RegExp, ofSyscope: RegExp): number {
  let taken = 0;
  hunk.strace = hunk.strace.filter((left) => {
    const expected = ofStrace.exec(left);
    if (expected === null) return true;
    const at = hunk.syscope.findIndex((right) => {
      const found = ofSyscope.exec(right);
      return found !== null && sameGroups(expected.groups ?? {}, found.groups ?? {});
    });
    if (at < 0) return true;
    hunk.syscope.splice(at, 1);
    taken++;
    return false;
  });
  return taken;
}

const sameGroups = (left: Readonly<Record<string, string>>, right: Readonly<Record<string, string>>): boolean =>
  Object.entries(left).every(([name, text]) => !(name in right) || right[name] === text);

function takeExtra(hunk: Remainder, side: 'strace' | 'syscope', line: RegExp): number {
  const before = hunk[side].length;
  hunk[side] = hunk[side].filter((text) => !line.test(text));
  return before - hunk[side].length;
}
