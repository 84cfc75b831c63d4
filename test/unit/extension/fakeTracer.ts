/**
 * A stand-in for the `syscope` command in tests of the debug session: speaks the control channel of ARCHITECTURE.md, traces
 * nothing. What it does is told by the first argument of the "program". Not a test itself.
 */
import * as fs from 'node:fs';
import * as path from 'node:path';
import type { Installation } from '../../../extension/debug/install';

const SCRIPT = String.raw`
const fs = require('fs'), net = require('net');
const [, , verb, ...rest] = process.argv;
const option = (name) => rest[rest.indexOf(name) + 1];
let words;
if (verb === 'record') {
  const file = option('--session');
  words = fs.readFileSync(file, 'utf8').split('\0').slice(0, -1);
  fs.unlinkSync(file);
} else {
  words = ['out=' + option('-o'), 'control=' + option('--control'), 'arg=' + 'attached', 'arg=' + (process.env.FAKE_ATTACH || 'wait')];
}
const word = (name) => (words.find((w) => w.startsWith(name + '=')) || '').slice(name.length + 1);
const args = words.filter((w) => w.startsWith('arg=')).map((w) => w.slice(4));
const mode = args[1] || 'wait';
fs.writeFileSync(word('out'), JSON.stringify(words));
if (mode === 'refuse') { process.stderr.write('syscope: ptrace is not permitted here.\n'); process.exit(126); }
if (mode === 'mute') setTimeout(() => process.exit(0), 20000);
else {
  let peer;
  const say = (message) => peer && peer.write(JSON.stringify(message) + '\n');
  const end = (exited) => { say(exited); say({ event: 'thread_exit', pid: 100, tid: 100 }); say({ event: 'end', reason: 'all_exited' }); peer.end(); server.close(); setTimeout(() => process.exit(0), 20); };
  const server = net.createServer((socket) => {
    peer = socket;
    socket.on('error', () => {});
    say({ event: 'hello', version: 1, pid: 100, program: args[0], trace: word('out'), attached: verb === 'attach' });
    say({ event: 'process', pid: 100, ppid: 1, name: args[0] });
    say({ event: 'thread', pid: 100, tid: 100, name: 'main' });
    if (mode === 'quick') return end({ event: 'exited', pid: 100, code: 3 });
    if (mode === 'child') {
      process.stdout.write('out\n'); process.stderr.write('err\n');
      say({ event: 'process', pid: 101, ppid: 100, name: '/bin/child' });
      say({ event: 'thread', pid: 101, tid: 101, name: 'child' });
      say({ event: 'thread', pid: 101, tid: 102, name: 'worker' });
      for (let i = 0; i < 50; i++) { say({ event: 'thread', pid: 100, tid: 200 + i, name: 'short' }); say({ event: 'thread_exit', pid: 100, tid: 200 + i }); }
    }
    if (mode === 'drop') { if (!global.dropped) { global.dropped = true; socket.destroy(); return; } }
    let text = '';
    socket.on('data', (data) => {
      text += data;
      for (let at; (at = text.indexOf('\n')) >= 0; text = text.slice(at + 1)) handle(text.slice(0, at).split(' '));
    });
  });
  const handle = ([id, request, tid]) => {
    const reply = Number(id);
    if (mode === 'stubborn' && request === 'terminate') return say({ reply, ok: true });
    if (request === 'step' && tid === '999') return say({ reply, error: 'There is no thread 999.' });
    say({ reply, ok: true });
    if (request === 'pause') say({ event: 'stopped', tid: 100, reason: 'pause', id: 7 });
    if (request === 'step') { say({ event: 'continued', tid: Number(tid) }); say({ event: 'stopped', tid: Number(tid), reason: 'step', id: 8 }); }
    if (request === 'resume') say({ event: 'continued', tid: 0 });
    if (request === 'terminate') end({ event: 'exited', pid: 100, signal: 15 });
    if (request === 'kill') end({ event: 'exited', pid: 100, signal: 9 });
    if (request === 'detach') { say({ event: 'end', reason: 'detached' }); peer.end(); server.close(); setTimeout(() => process.exit(0), 20); }
  };
  server.listen(word('control'));
  setTimeout(() => process.exit(1), 30000).unref();
}
`;

/** An installation whose command is the stand-in; the tracer's file only has to be a program for this machine. */
export function fakeInstallation(folder: string): Installation {
  const command = path.join(folder, 'syscope');
  fs.writeFileSync(command, `#!${process.execPath}\n${SCRIPT}`, { mode: 0o755 });
  const tracer = path.join(folder, 'syscope-tracer');
  fs.symlinkSync(process.execPath, tracer);
  return { command, tracer };
}
