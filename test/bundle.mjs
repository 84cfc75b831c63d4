// Bundles a part's TypeScript tests for Node: test/<part>/**/NAME.test.ts -> build/test/<part>/…NAME.test.js (CommonJS).
//   node test/bundle.mjs PART…   prints the files
// Tests run with the repository's root as working directory. Beside the bundles lie links to what is in dist/, so that
// code that looks for its neighbours (dist/engine.js, dist/native/…) finds the built ones.
import fs from 'node:fs';
import path from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import * as esbuild from 'esbuild';

const root = path.dirname(path.dirname(fileURLToPath(import.meta.url)));
const NEIGHBOURS = ['native', 'engine.js', 'cli.js', 'syscope', 'node_modules', 'webview'];
/** Found in node_modules when they run: native code, or tools that read their own files. */
const EXTERNAL = ['vscode', 'koffi', 'mocha', 'playwright-core', 'esbuild', 'typescript', 'axe-core', '@vscode/test-electron'];

/** Every NAME.test.ts below test/<part>, relative to it. */
export function testSources(part) {
  const folder = path.join(root, 'test', part);
  if (!fs.existsSync(folder)) return [];
  return fs
    .readdirSync(folder, { recursive: true })
    .filter((name) => name.endsWith('.test.ts'))
    .sort();
}

function linkNeighbours(folder) {
  for (const name of NEIGHBOURS) fs.symlinkSync(path.relative(folder, path.join(root, 'dist', name)), path.join(folder, name));
}

/** In a CommonJS bundle `import.meta.url` is empty: it becomes the source file's own, so that tests and helpers find their neighbours. */
const sourceUrls = {
  name: 'source-urls',
  setup(build) {
    build.onLoad({ filter: /[/]test[/].*[.](ts|mjs)$/ }, (args) => {
      if (!args.path.startsWith(path.join(root, 'test') + path.sep)) return undefined;
      const text = fs.readFileSync(args.path, 'utf8');
      const contents = text.replaceAll('import.meta.url', JSON.stringify(pathToFileURL(args.path).href));
      return { contents, loader: args.path.endsWith('.ts') ? 'ts' : 'js' };
    });
  },
};

/** Bundles the part's tests (or only those whose path holds one of the words) and returns the bundles' paths. */
export async function bundleTests(part, { words = [], extra = {}, folder = path.join(root, 'build/test', part) } = {}) {
  const sources = testSources(part).filter((name) => words.length === 0 || words.some((word) => name.includes(word)));
  fs.rmSync(folder, { recursive: true, force: true });
  fs.mkdirSync(folder, { recursive: true });
  linkNeighbours(folder);
  const entries = Object.fromEntries(
    sources.map((name) => [name.replace(/\.ts$/, '').replaceAll('/', '.'), path.join(root, 'test', part, name)]),
  );
  await esbuild.build({
    entryPoints: { ...entries, ...extra },
    outdir: folder,
    absWorkingDir: root,
    bundle: true,
    platform: 'node',
    format: 'cjs',
    target: 'node20',
    sourcemap: 'inline',
    sourcesContent: false,
    logLevel: 'warning',
    external: EXTERNAL,
    plugins: [sourceUrls],
    loader: { '.css': 'text', '.svg': 'text', '.html': 'text' },
  });
  return Object.keys(entries).map((name) => path.join(folder, `${name}.js`));
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  for (const part of process.argv.slice(2)) console.log((await bundleTests(part)).join('\n'));
}
