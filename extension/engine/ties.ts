/** A tie as the library gives it: a further descriptor that a call concerns. */
import type { Tie } from '../trace/engineProtocol';
import { TieColumn } from './abi';
import type { TraceFile } from './traceFile';

/** The tie whose numbers begin at base, in the order of TieColumn. */
export function tieAt(file: TraceFile, numbers: Float64Array, base: number): Tie {
  const at = (column: number): number => numbers[base + column]!;
  const name = at(TieColumn.name);
  return {
    fd: at(TieColumn.fd),
    classId: at(TieColumn.class),
    description: at(TieColumn.description),
    resource: name > 0 ? file.string(name) : undefined,
    role: at(TieColumn.role),
    count: at(TieColumn.count),
  };
}
