/** The commands that run alike every time, and the folder that they work in. */

export interface DifferCommand {
  readonly title: string;
  /** Programs that must be installed, in order of their use: `words` gets their paths. */
  readonly needs: readonly string[];
  readonly words: (...programs: string[]) => readonly string[];
  /** What it changes: only the folder "out", which is empty before each run, or anything: then each run gets a copy of all. */
  readonly changes?: 'out' | 'all';
}

export const bash = (script: string, ...needs: string[]): Pick<DifferCommand, 'needs' | 'words'> => ({
  needs: ['bash', ...needs],
  words: (shell) => [shell, '-c', script],
});

/** Text for the programs that work on text. */
const AWK = '{ words += NF; longest = length($0) > longest ? length($0) : longest } END { print NR, words, longest }';
const PERL = 'my %n; while (<>) { $n{lc $_}++ for /\\w+/g } printf "%s %d\\n", $_, $n{$_} for (sort keys %n)[0..9];';
const SQL = `create table t (id integer primary key, word text); begin; insert into t (word) values ('one'), ('two'), ('three'); commit;
begin; update t set word = upper(word); rollback; create index w on t (word); select * from t order by word; vacuum;`;
const PYTHON = `import socket, subprocess, threading
a, b = socket.socketpair()
a.sendall(b"across"); print(b.recv(100)); a.close(); b.close()
server = socket.create_server(("127.0.0.1", 0)); client = socket.create_connection(server.getsockname())
peer, _ = server.accept(); client.sendmsg([b"two ", b"parts"]); print(peer.recv(100)); client.shutdown(socket.SHUT_WR); print(peer.recv(1))
print(subprocess.run(["/bin/echo", "from a child"], stdout=subprocess.PIPE).stdout)
print(subprocess.run("exit 3", shell=True).returncode)`;
const TRAPS = `trap 'echo got a signal' USR1; kill -USR1 $$; trap 'echo bye' EXIT
cat <<END
a here document of $((6 * 7))
END
x=$(printf %s "command substitution"); echo "\${x^^}"; ( cd tree; echo "$PWD" | sed 's,.*/,,'; exit 3 ) || echo "status $?"
echo one | sort | tr a-z A-Z; sh -c 'kill -TERM $$'; echo $?; exit 4`;

export const COMMANDS: readonly DifferCommand[] = [
  { title: 'ls -laR', needs: ['ls'], words: (ls) => [ls, '-laR', '.'] },
  { title: 'git log', needs: ['git'], words: (git) => [git, '-C', 'repository', '--no-pager', 'log', '--stat'] },
  { title: 'git status', needs: ['git'], words: (git) => [git, '-C', 'repository', 'status'], changes: 'all' },
  { title: 'git commit', needs: ['git'], words: (git) => [git, '-C', 'repository', 'commit', '-qam', 'more'], changes: 'all' },
  { title: 'gcc', needs: ['gcc'], words: (gcc) => [gcc, '-O1', '-o', 'out/unit', 'unit.c'], changes: 'out' },
  { title: 'g++', needs: ['g++'], words: (gxx) => [gxx, '-c', '-o', 'out/unit.o', 'unit.cpp'], changes: 'out' },
  { title: 'make', needs: ['make', 'cc'], words: (make) => [make, '-j1'], changes: 'all' },
  { title: 'cmake --version', needs: ['cmake'], words: (cmake) => [cmake, '--version'] },
  { title: 'perl', needs: ['perl'], words: (perl) => [perl, '-e', PERL, 'words.txt'] },
  { title: 'python3', needs: ['python3'], words: (python) => [python, '-c', PYTHON] },
  {
    title: 'tar -czf',
    needs: ['tar', 'gzip'],
    words: (tar) => [tar, '--sort=name', '-b', '128', '-czf', 'out/made.tar.gz', 'tree'],
    changes: 'out',
  },
  {
    title: 'tar -xzf',
    needs: ['tar', 'gzip'],
    words: (tar) => [tar, '-b', '1', '-xzf', 'tree.tar.gz', '-C', 'out'],
    changes: 'out',
  },
  {
    title: 'cpio',
    ...bash('find tree | LC_ALL=C sort | cpio -o -H newc --reproducible --quiet > out/made.cpio', 'find', 'cpio'),
    changes: 'out',
  },
  {
    title: 'find',
    needs: ['find'],
    words: (find) => [find, '.', '-type', 'f', '-newermt', '2019-01-01', '-size', '+1k', '-printf', '%p %s %m\n'],
  },
  { title: 'cp -a', needs: ['cp'], words: (cp) => [cp, '-a', 'tree', 'out/copy'], changes: 'out' },
  { title: 'mv', needs: ['mv'], words: (mv) => [mv, '-t', 'out', 'unit.c', 'words.txt', 'tree'], changes: 'all' },
  { title: 'rm -r', needs: ['rm'], words: (rm) => [rm, '-r', 'tree', 'unit.c'], changes: 'all' },
  {
    title: 'sqlite3',
    needs: ['sqlite3'],
    words: (sqlite) => [sqlite, 'out/data.db', '.testctrl prng_seed 7', SQL],
    changes: 'out',
  },
  { title: 'bash with pipes and traps', ...bash(TRAPS) },
  { title: 'bash starting processes', ...bash('for i in {1..10}; do /bin/true $i; done; echo done') },
  { title: 'openssl dgst', needs: ['openssl'], words: (openssl) => [openssl, 'dgst', '-sha256', 'words.txt', 'unit.c'] },
  {
    title: 'openssl enc',
    needs: ['openssl'],
    words: (openssl) => [openssl, 'enc', '-aes-128-cbc', '-K', '00', '-iv', '00', '-in', 'words.txt', '-out', 'out/secret'],
    changes: 'out',
  },
  { title: 'sed -i', needs: ['sed'], words: (sed) => [sed, '-i', '-e', 's/the/THE/g', 'words.txt'], changes: 'all' },
  { title: 'awk', needs: ['awk'], words: (awk) => [awk, AWK, 'words.txt'] },
  { title: 'grep -r', needs: ['grep'], words: (grep) => [grep, '-rn', '7$', 'tree'] },
  {
    title: 'sort',
    needs: ['sort'],
    words: (sort) => [sort, '--parallel=1', '-S', '100k', '-u', '-o', 'out/sorted', 'words.txt'],
    changes: 'out',
  },
  { title: 'diff -r', needs: ['diff'], words: (diff) => [diff, '-r', 'tree', 'repository/tree'] },
  {
    title: 'dd',
    needs: ['dd'],
    words: (dd) => [dd, 'if=words.txt', 'of=out/made', 'bs=512', 'conv=fsync,ucase', 'status=none'],
    changes: 'out',
  },
  {
    title: 'xargs',
    ...bash('find tree -name "*3" >out/list; xargs -n 5 -P 1 cat <out/list >out/all', 'find', 'xargs'),
    changes: 'out',
  },
  { title: 'id', needs: ['id'], words: (id) => [id] },
  { title: 'date', needs: ['date'], words: (date) => [date, '-d', '2020-02-29 12:00', '+%s'] },
  { title: 'uname', needs: ['uname'], words: (uname) => [uname, '-a'] },
  { title: 'env', needs: ['env'], words: (env) => [env, 'NAME=value', 'printenv', 'NAME'] },
  { title: 'getent', needs: ['getent'], words: (getent) => [getent, 'passwd', 'root'] },
  {
    title: 'stty in a terminal',
    needs: ['script', 'stty'],
    words: (script) => [script, '-E', 'never', '-qec', 'stty -a >out/settings; stty raw; stty size >out/size', '/dev/null'],
    changes: 'out',
  },
  { title: 'ip addr', needs: ['ip'], words: (ip) => [ip, 'addr', 'show', 'lo'] },
];
