// A node:test reporter that writes one line of JSON per test, for test/run.mjs: { outcome, name, reason }.
// outcome: pass, fail or skip. A group (describe, or a test with sub-tests) isn't counted, but if it fails by itself.

const leaf = (data) => data.details?.type !== 'suite';
const failedByItself = (data) => data.details?.error?.failureType !== 'subtestsFailed';

function outcomeOf(type, data) {
  if (data.skip !== undefined) return 'skip';
  if (data.todo !== undefined) return 'skip';
  return type === 'test:pass' ? 'pass' : 'fail';
}

export default async function* reporter(source) {
  for await (const { type, data } of source) {
    if (type !== 'test:pass' && type !== 'test:fail') continue;
    const outcome = outcomeOf(type, data);
    if (outcome === 'fail' ? !failedByItself(data) : !leaf(data)) continue;
    const reason = outcome === 'skip' ? [data.skip, data.todo].find((word) => typeof word === 'string') : undefined;
    yield `${JSON.stringify({ outcome, name: data.name, reason })}\n`;
  }
}
