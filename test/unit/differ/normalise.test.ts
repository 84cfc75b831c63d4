/** What varies from run to run is taken out of a line, and nothing else. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { normalise } from '../../differ/normalise';

const NOW = Date.parse('2026-12-01T12:00:00Z') / 1000;
const of = (line: string): string => normalise(line, { places: new Map([[4096, '1.1']]), now: NOW }).text;

void describe('a normalised line', () => {
  void it('names processes by their place, where a process is meant', () => {
    assert.equal(of('vfork() = 4096'), 'vfork() = <1.1>');
    assert.equal(of('wait4(4096, NULL, 0, NULL) = 4096'), 'wait4(<1.1>, NULL, 0, NULL) = <1.1>');
    assert.equal(of('kill(-4096, SIGTERM) = 0'), 'kill(-<1.1>, SIGTERM) = 0');
    assert.equal(of('getppid() = 77'), 'getppid() = <other>');
    assert.equal(of('wait4(-1, NULL, WNOHANG, NULL) = 0'), 'wait4(-1, NULL, WNOHANG, NULL) = 0');
    assert.equal(of('read(3, "x", 4096) = 4096'), 'read(3, "x", 4096) = 4096');
  });

  void it('keeps addresses and ports apart', () => {
    const line = normalise('read(3, 0x7ffc00001230, 0x1000) = -1', { places: new Map(), now: NOW });
    assert.deepEqual(line, { text: 'read(3, @, 0x1000) = -1', chosen: ['0x7ffc00001230'] });
    assert.equal(of('brk(0x1a2b3000) = 0x55d7eb0c4000'), 'brk(@) = @');
    assert.equal(of('{sin_port=htons(43210)}, {sin_port=htons(80)}'), '{sin_port=@}, {sin_port=htons(80)}');
  });

  void it('calls only the present now', () => {
    assert.equal(of(`{tv_sec=${String(NOW - 60)}, tv_nsec=12}`), '{tv_sec=NOW, tv_nsec=NOW}');
    assert.equal(of('{tv_sec=1577836800, tv_nsec=12}'), '{tv_sec=1577836800, tv_nsec=12}');
    assert.equal(of(`[${String(NOW)} /* 2026-12-01T12:00:00+0000 */]`), '[NOW /* NOW */]');
    assert.equal(of('1577836800 /* 2020-01-01T00:00:00+0000 */'), '1577836800 /* 2020-01-01T00:00:00+0000 */');
  });

  void it('drops processor times', () => {
    assert.equal(of('si_utime=3 /* 0.03 s */, si_stime=0'), 'si_utime=TICKS, si_stime=TICKS');
    assert.equal(of('{ru_utime={tv_sec=0, tv_usec=312}, ru_maxrss=1}'), '{ru_utime=TIME, ru_maxrss=1}');
  });
});
