/**
 * Requests to the extension host: each has an id and one answer. Knows no state and no DOM but the webview's API.
 */
import type { TimelineRequest, TimelineRequests, ToHost, ToWebview } from '../extension/trace/timelineProtocol';

export interface VsCodeApi {
  postMessage(message: ToHost): void;
  getState(): unknown;
  setState(state: unknown): void;
}

export interface Rpc {
  request<M extends TimelineRequest>(method: M, params: TimelineRequests[M][0]): Promise<TimelineRequests[M][1]>;
  /** Takes an answer in; false if the message is none. */
  answer(message: ToWebview): boolean;
}

interface Waiting {
  readonly resolve: (result: unknown) => void;
  readonly reject: (error: Error) => void;
}

export function createRpc(api: VsCodeApi): Rpc {
  const waiting = new Map<number, Waiting>();
  let lastId = 0;
  return {
    async request<M extends TimelineRequest>(method: M, params: TimelineRequests[M][0]): Promise<TimelineRequests[M][1]> {
      lastId += 1;
      const id = lastId;
      const answer = new Promise<unknown>((resolve, reject) => {
        waiting.set(id, { resolve, reject });
      });
      api.postMessage({ type: 'request', id, method, params });
      // The host answers with the method's result type: it is the other half of the same protocol file.
      return (await answer) as TimelineRequests[M][1];
    },
    answer(message) {
      if (message.type !== 'response' && message.type !== 'error') {
        return false;
      }
      const entry = waiting.get(message.id);
      waiting.delete(message.id);
      if (message.type === 'response') {
        entry?.resolve(message.result);
      } else {
        entry?.reject(new Error(message.message));
      }
      return true;
    },
  };
}
