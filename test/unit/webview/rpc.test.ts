/** Requests and their answers. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { ToHost } from '../../../extension/trace/timelineProtocol';
import { createEventPages, PAGE_SIZE } from '../../../webview/drawer/pages';
import { createRpc } from '../../../webview/rpc';
import type { Rpc } from '../../../webview/rpc';

function recorder(): { readonly rpc: Rpc; readonly posted: ToHost[] } {
  const posted: ToHost[] = [];
  const rpc = createRpc({ postMessage: (message) => posted.push(message), getState: () => undefined, setState: () => undefined });
  return { rpc, posted };
}

function unexpected(error: unknown): void {
  throw error instanceof Error ? error : new Error(String(error));
}

test('each answer reaches the request of its id, in any order', async () => {
  const { rpc, posted } = recorder();
  const first = rpc.request('neighbour', { event: 1, direction: 1, group: 'fd' });
  const second = rpc.request('neighbour', { event: 2, direction: -1, group: 'fd' });
  const ids = posted.map((message) => (message.type === 'request' ? message.id : -1));
  assert.equal(rpc.answer({ type: 'response', id: ids[1] ?? 0, result: 22 }), true);
  assert.equal(rpc.answer({ type: 'response', id: ids[0] ?? 0, result: 11 }), true);
  assert.deepEqual(await Promise.all([first, second]), [11, 22]);
});

test('an error is thrown with the host’s words; an answer to nothing is ignored', async () => {
  const { rpc } = recorder();
  const request = rpc.request('describe', { event: 1, group: 'fd' });
  assert.equal(rpc.answer({ type: 'error', id: 1, message: 'The engine has stopped.' }), true);
  await assert.rejects(request, /The engine has stopped\./);
  assert.equal(rpc.answer({ type: 'response', id: 99, result: 0 }), true);
  assert.equal(rpc.answer({ type: 'notice', text: '', severity: 'info' }), false);
});

/** A host with `total` events, every third hidden by the filter: ids 0, 1, 3, 4, 6, … */
function eventHost(total: number): { readonly rpc: Rpc; readonly asked: number[] } {
  const asked: number[] = [];
  const ids = Array.from({ length: total }, (_, index) => Math.floor(index * 1.5));
  const rpc: Rpc = {
    request: (_method, params) => {
      const { first, count } = params as { first: number; count: number };
      asked.push(first);
      const calls = ids.slice(first, first + count).map((id) => ({ call: { id, ret: 0n } }));
      return Promise.resolve({ total, calls } as never);
    },
    answer: () => false,
  };
  return { rpc, asked };
}

test('pages are asked for once, and the place of an event is found in few steps', async () => {
  const { rpc, asked } = eventHost(100_000);
  const pages = createEventPages(rpc, () => undefined, unexpected);
  pages.need(0, 30);
  pages.need(10, 30);
  await new Promise(setImmediate);
  assert.deepEqual(asked, [0]);
  assert.equal(pages.total, 100_000);
  assert.equal(pages.row(3)?.call.id, 4);
  assert.equal(pages.row(PAGE_SIZE), undefined);
  asked.length = 0;
  assert.equal(await pages.indexOf(Math.floor(77_777 * 1.5)), 77_777);
  assert.ok(asked.length < 22, `${String(asked.length)} steps`);
  assert.equal(await pages.indexOf(2), undefined, 'a hidden event has no place');
  assert.equal(await pages.indexOf(1e9), undefined);
});

test('another filter forgets what was kept', async () => {
  const { rpc, asked } = eventHost(500);
  const pages = createEventPages(rpc, () => undefined, unexpected);
  pages.need(0, 10);
  await new Promise(setImmediate);
  pages.setFilter({ epoch: 2, hidden: ['file'], loader: true });
  assert.equal(pages.row(0), undefined);
  assert.equal(pages.total, 0);
  pages.need(0, 10);
  await new Promise(setImmediate);
  assert.deepEqual(asked, [0, 0]);
});
