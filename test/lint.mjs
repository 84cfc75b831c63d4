// Lint of everything that is tracked: eslint and prettier on TypeScript and .mjs, clang-format on C.
//   node test/lint.mjs               checks; a line per problem, exit 1 if there is any
//   node test/lint.mjs --fix [FILE…] writes instead of complaining
// Prints `lint: N checks` lines that test/run.mjs counts. What must not live here: rules (eslint.config.mjs, .clang-format …).
import { execFileSync } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { ESLint } from 'eslint';
import * as prettier from 'prettier';

const root = path.dirname(path.dirname(fileURLToPath(import.meta.url)));

/** Tracked files and new ones that aren't ignored; without git (an unpacked archive) everything outside the ignored folders. */
function sourceFiles() {
  try {
    const out = execFileSync('git', ['ls-files', '-z', '--cached', '--others', '--exclude-standard'], {
      cwd: root,
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'ignore'],
    });
    return out.split('\0').filter((name) => name !== '' && fs.existsSync(path.join(root, name)));
  } catch {
    const skipped = /^(node_modules|dist|build|\.git|\.vscode-host|test\/\.out)(\/|$)/;
    return fs
      .readdirSync(root, { recursive: true })
      .filter((name) => !skipped.test(name) && fs.statSync(path.join(root, name)).isFile());
  }
}

/** Each checker returns the problems it found, one text a file. */
async function checkEslint(files, fix) {
  const eslint = new ESLint({
    cwd: root,
    fix,
    cache: !fix,
    cacheLocation: path.join(root, 'build/eslintcache'),
    cacheStrategy: 'content',
  });
  const results = await eslint.lintFiles(files.filter((name) => /\.(ts|mjs)$/.test(name) && !/(^|\/)gen\//.test(name)));
  if (fix) await ESLint.outputFixes(results);
  return results.flatMap((result) =>
    result.messages.map(
      (m) => `${path.relative(root, result.filePath)}:${m.line ?? 0}:${m.column ?? 0} ${m.message} (${m.ruleId ?? 'parser'})`,
    ),
  );
}

async function checkPrettier(files, fix) {
  const problems = [];
  for (const name of files) {
    const file = path.join(root, name);
    const info = await prettier.getFileInfo(file, { ignorePath: path.join(root, '.prettierignore') });
    if (info.ignored || info.inferredParser === null) continue;
    const text = fs.readFileSync(file, 'utf8');
    const options = { ...(await prettier.resolveConfig(file)), filepath: file };
    if (await prettier.check(text, options)) continue;
    if (fix) fs.writeFileSync(file, await prettier.format(text, options));
    else problems.push(`${name} is not formatted as prettier does: npm run format`);
  }
  return problems;
}

/** One release of clang-format for everybody, from npm: what Debian and Ubuntu ship differs from release to release. */
async function checkClangFormat(files, fix) {
  const { format } = await import('@wasm-fmt/clang-format');
  const style = fs.readFileSync(path.join(root, '.clang-format'), 'utf8');
  const problems = [];
  for (const name of files.filter((file) => /\.[ch]$/.test(file) && !/(^|\/)gen\//.test(file))) {
    const file = path.join(root, name);
    const text = fs.readFileSync(file, 'utf8');
    const formatted = format(text, name, style);
    if (formatted === text) continue;
    if (fix) fs.writeFileSync(file, formatted);
    else problems.push(`${name} is not formatted as .clang-format says: npm run format`);
  }
  return problems;
}

async function main() {
  const fix = process.argv.includes('--fix');
  const named = process.argv.slice(2).filter((word) => !word.startsWith('--'));
  const files = named.length > 0 ? named.map((name) => path.relative(root, path.resolve(name))) : sourceFiles();
  for (const [name, check] of Object.entries({
    eslint: checkEslint,
    prettier: checkPrettier,
    'clang-format': checkClangFormat,
  })) {
    const problems = await check(files, fix);
    for (const problem of problems) console.log(problem);
    console.log(`${problems.length === 0 ? 'ok' : 'not ok'} ${name}`);
    if (problems.length > 0) process.exitCode = 1;
  }
}

await main();
