/** Commands whose processes and threads run beside one another: no two runs of them are alike. */
import { bash, type DifferCommand } from './commands';

const NODE = 'const fs = require("fs"); let n = 0; for (const f of fs.readdirSync("tree")) n += f.length; console.log(n)';

/** The server says when it is ready; its end is the end of its output. */
const REDIS = `redis-server --port 0 --unixsocket out/s --save '' --appendonly no | {
  grep -qm1 accept
  redis-benchmark -s out/s -n 60 -c 4 -t set,get,lpush -q >out/benchmark
  redis-cli -s out/s shutdown nosave; cat >out/log
}`;

/** nginx puts itself into the background once it listens; all of its processes hold the pipe open until they end. */
const nginx = (port: number): string => `mkfifo out/errors; cat out/errors >out/log & cat >out/conf <<END
user root; worker_processes 1; pid out/pid; error_log stderr; events { worker_connections 64; }
http { access_log off; client_body_temp_path out/b; proxy_temp_path out/p; fastcgi_temp_path out/f; uwsgi_temp_path out/u; scgi_temp_path out/s;
server { listen 127.0.0.1:${String(port)}; root tree; } }
END
nginx -p . -c out/conf 2>out/errors
ab -q -k -n 40 -c 4 http://127.0.0.1:${String(port)}/file09 >out/benchmark
nginx -p . -c out/conf -s quit 2>>out/log; wait`;

export const otherCommands = (port: number, threads: string): readonly DifferCommand[] => [
  { title: 'make -j2', needs: ['make', 'cc'], words: (make) => [make, '-j2'], changes: 'all' },
  { title: 'threads', needs: [], words: () => [threads, '8', '200', 'out/file'], changes: 'out' },
  { title: 'node', needs: [], words: () => [process.execPath, '-e', NODE] },
  {
    title: 'redis-server with redis-benchmark',
    ...bash(REDIS, 'redis-server', 'redis-benchmark', 'redis-cli', 'grep'),
    changes: 'out',
  },
  { title: 'nginx with ab', ...bash(nginx(port), 'nginx', 'ab'), changes: 'out' },
  { title: 'rsync', needs: ['rsync'], words: (rsync) => [rsync, '-a', 'tree/', 'out/copy/'], changes: 'out' },
];
