/**
 * The engine's process (dist/engine.js): takes requests from its parent, answers each, ends with it.
 * What must not live here: the answers (engine.ts).
 */
import { Engine } from './engine';
import type { RequestMessage, ResponseMessage } from './messages';

const engine = new Engine({
  log: (text) => {
    console.error(text);
  },
});

function send(message: ResponseMessage): void {
  // A parent that has gone gets no answer; 'disconnect' ends this process.
  if (process.connected) process.send?.(message, undefined, {}, () => undefined);
}

async function answer({ id, name, params }: RequestMessage): Promise<void> {
  try {
    const result = await engine.request(name, params as never);
    send({ id, result });
  } catch (error) {
    send({ id, error: error instanceof Error ? error.message : String(error) });
  }
}

process.on('message', (message) => {
  void answer(message as RequestMessage);
});
process.on('disconnect', () => {
  engine.dispose();
  process.exit(0);
});
