/** What the engine's client and its child process send each other. Types only. */
import type { EngineRequest } from '../trace/engineProtocol';

export interface RequestMessage {
  readonly id: number;
  readonly name: EngineRequest;
  readonly params: unknown;
}
export type ResponseMessage = { readonly id: number; readonly result: unknown } | { readonly id: number; readonly error: string };
