// Runs commands for test/run.mjs: each in a process group of its own, with a time limit, its output prefixed and logged;
// and ends what tests left behind. Nothing is ended that this run didn't start.
import { spawn } from 'node:child_process';
import fs from 'node:fs';

/** Every process that is started here inherits it, traced programs and daemons too. */
const MARK_NAME = 'SYSCOPE_TEST_RUN';
const MARK = `${process.pid}-${Date.now()}`;
const groups = new Set();

function signalGroup(pid, signal) {
  try {
    process.kill(-pid, signal);
  } catch (error) {
    if (error.code !== 'ESRCH') throw error;
  }
}

/** Kills the processes that carry this run's mark, and returns their names. */
export function endLeftOvers() {
  const mark = `${MARK_NAME}=${MARK}`;
  const ended = [];
  for (const pid of fs.readdirSync('/proc').filter((name) => /^\d+$/.test(name) && Number(name) !== process.pid)) {
    try {
      const environment = fs.readFileSync(`/proc/${pid}/environ`, 'latin1').split('\0');
      if (!environment.includes(mark)) continue;
      const name = fs.readFileSync(`/proc/${pid}/comm`, 'utf8').trim();
      const state = /\) (\S)/.exec(fs.readFileSync(`/proc/${pid}/stat`, 'latin1'))?.[1];
      if (state === 'Z') continue;
      process.kill(Number(pid), 'SIGKILL');
      ended.push(name);
    } catch {
      continue; // it ended meanwhile, or it is another user's
    }
  }
  return ended;
}

/** Ctrl+C and the like end everything that was started. */
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) {
  process.once(signal, () => {
    for (const pid of groups) signalGroup(pid, 'SIGKILL');
    endLeftOvers();
    process.exit(130);
  });
}

function prefixLines(stream, prefix, log, lines) {
  let rest = '';
  const line = (text) => {
    process.stdout.write(`${prefix}${text}\n`);
    log.write(`${text}\n`);
    lines.push(text);
  };
  stream.setEncoding('utf8');
  stream.on('data', (text) => {
    const parts = (rest + text).split('\n');
    rest = parts.pop();
    parts.forEach(line);
  });
  stream.on('end', () => {
    if (rest !== '') line(rest);
  });
}

/**
 * Runs a command to its end or to the limit, then its group is killed. Returns { status, lines, problem }: problem is a
 * sentence if it could not be started, was killed by a signal, or took too long.
 */
export function runCommand({ command, args, cwd, env = {}, limitSeconds, prefix, logFile }) {
  return new Promise((resolve) => {
    const log = fs.createWriteStream(logFile, { flags: 'a' });
    const lines = [];
    const child = spawn(command, args, {
      cwd,
      env: { ...process.env, [MARK_NAME]: MARK, FORCE_COLOR: '0', NO_COLOR: '1', ...env },
      stdio: ['ignore', 'pipe', 'pipe'],
      detached: true,
    });
    let late = false;
    if (child.pid !== undefined) groups.add(child.pid);
    const end = (status, problem) => {
      if (child.pid !== undefined) {
        signalGroup(child.pid, 'SIGKILL');
        groups.delete(child.pid);
      }
      clearTimeout(timer);
      clearTimeout(drain);
      log.end(() => resolve({ status, lines, problem }));
    };
    const timer = setTimeout(() => {
      late = true;
      signalGroup(child.pid, 'SIGKILL');
    }, limitSeconds * 1000);
    let drain;
    prefixLines(child.stdout, prefix, log, lines);
    prefixLines(child.stderr, prefix, log, lines);
    child.once('error', (error) => end(-1, `${command} could not be started: ${error.message}`));
    const problemOf = (status, signal) => {
      if (late) return `it did not end within ${limitSeconds} s and was killed`;
      return signal === null ? undefined : `${command} was killed by ${signal}`;
    };
    // 'close' waits for the pipes, which a process left behind may hold open: 'exit' and a short while are enough.
    child.once('exit', (status, signal) => {
      drain = setTimeout(() => end(status ?? -1, problemOf(status, signal)), 2000);
    });
    child.once('close', (status, signal) => {
      if (child.exitCode === null && child.signalCode === null) return;
      end(status ?? -1, problemOf(status, signal));
    });
  });
}
