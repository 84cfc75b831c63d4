/** dist/cli.js: what `syscope export` and `syscope summary` run. Wires the command line to its process; nothing else. */
import { openTraceSource } from '../engine/source';
import { runCommandLine } from './run';

// A reader that goes away is no error of ours: the write that fails then says so to whoever waits for it.
process.stdout.on('error', () => undefined);
process.stderr.on('error', () => undefined);

void runCommandLine(process.argv.slice(2), { open: openTraceSource, stdout: process.stdout, stderr: process.stderr }).then(
  (status) => {
    process.exitCode = status;
  },
);
