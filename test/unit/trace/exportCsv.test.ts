/** The CSV export: each transfer with its descriptor's totals in its process. */
import assert from 'node:assert/strict';
import { it } from 'node:test';
import { exportCsv } from '../../../extension/trace/export/csv';
import { Origin } from '../../../extension/trace/gen/schema';
import { MemoryTrace, textOf } from './memorySource';

const lines = async (trace: MemoryTrace): Promise<readonly string[]> => (await textOf(exportCsv(trace.source(2)))).split('\n');

void it('transfers count, with those of nothing; what failed, has not returned, or is the loader’s does not', async () => {
  const trace = new MemoryTrace();
  trace.call(100, ['read 3 0x10 9 = 832'], { fd: 3, description: 1, origin: Origin.loader });
  trace.call(100, ['read 3 0x10 100 = 100'], { fd: 3, description: 2, startNs: 1_500_000_000 });
  trace.call(100, ['write 4 0x10 7 = 7'], { fd: 4, description: 3, startNs: 2_000_000_001 });
  trace.call(100, ['read 3 0x10 100 = -11'], { fd: 3, description: 2 });
  trace.call(100, ['lseek 3 0 0 = 50'], { fd: 3, description: 2 });
  trace.call(100, ['read 3 0x10 100 = 0'], { fd: 3, description: 2, startNs: 3_000_000_000 });
  trace.call(100, ['recvfrom 3 0x10 100 0 0 0 = 20'], { fd: 3, description: 9, startNs: 3_000_000_000 });
  trace.call(100, ['sendto 3 0x10 5 0 0 0 = 5'], { fd: 3, description: 9, startNs: 4_000_000_000 });
  trace.call(100, ['read 3 0x10 100 = ?'], { fd: 3, description: 9 });
  assert.deepEqual(await lines(trace), [
    'call,fd,pid,seq,time,size,recv_so_far,send_so_far',
    'read,3,100,1,1.500000000,100,100,0',
    'write,4,100,2,2.000000001,7,0,7',
    'read,3,100,5,3.000000000,0,100,0',
    'recvfrom,3,100,6,3.000000000,20,20,0',
    'sendto,3,100,7,4.000000000,5,20,5',
    '',
  ]);
});

void it('a call between two descriptors is a transfer at each', async () => {
  const trace = new MemoryTrace();
  const file = { fd: 5, description: 2, classId: 1, resource: '/a' };
  trace.call(100, ['sendfile 7 5 0 100 = 60'], { fd: 7, description: 1, other: file, startNs: 0 });
  trace.call(100, ['splice 5 0 7 0 100 0 = 40'], { ...file, other: { ...file, fd: 7, description: 1 }, startNs: 0 });
  trace.call(100, ['sendfile 7 9 0 100 = 5'], { fd: 7, description: 1, startNs: 0 });
  trace.call(100, ['sendfile 7 5 0 100 = -11'], { fd: 7, description: 1, other: file, startNs: 0 });
  assert.deepEqual((await lines(trace)).slice(1), [
    'sendfile,7,100,0,0.000000000,60,0,60',
    'sendfile,5,100,0,0.000000000,60,60,0',
    'splice,5,100,1,0.000000000,40,100,0',
    'splice,7,100,1,0.000000000,40,0,100',
    'sendfile,7,100,2,0.000000000,5,0,105',
    '',
  ]);
});

void it('an empty trace is its head', async () => {
  assert.deepEqual(await lines(new MemoryTrace()), ['call,fd,pid,seq,time,size,recv_so_far,send_so_far', '']);
});
