// Bundles the TypeScript parts into dist/ and writes the command line's launcher.
//   node esbuild.mjs            dist/main.js engine.js cli.js webview/timeline.{js,css} syscope node_modules/koffi
//   node esbuild.mjs --watch    the same, again on every change
// What must not live here: the native build (native/build.mjs), the tests' bundles (test/bundle.mjs).
import fs from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import * as esbuild from 'esbuild';

const root = path.dirname(fileURLToPath(import.meta.url));
const dist = path.join(root, 'dist');

/** dist/cli.js is started by whatever `node` is on the PATH. */
const NODE_VERSION_CHECK = `if (+process.versions.node.split('.')[0] < 20) { console.error('syscope: Node.js 20 or newer is needed; this is ' + process.version + '.'); process.exit(125); }`;

const common = {
  bundle: true,
  absWorkingDir: root,
  sourcemap: true,
  sourcesContent: false,
  logLevel: 'warning',
  legalComments: 'none',
  metafile: true,
};
const node = { ...common, platform: 'node', format: 'cjs', target: 'node20', external: ['vscode', 'koffi'] };

const BUNDLES = [
  { ...node, entryPoints: ['extension/main.ts'], outfile: 'dist/main.js' },
  { ...node, entryPoints: ['extension/engine/child.ts'], outfile: 'dist/engine.js' },
  { ...node, entryPoints: ['extension/cli/main.ts'], outfile: 'dist/cli.js', banner: { js: NODE_VERSION_CHECK } },
  {
    ...common,
    entryPoints: ['webview/main.ts'],
    outfile: 'dist/webview/timeline.js',
    platform: 'browser',
    format: 'iife',
    target: 'es2022',
    minify: true,
    loader: { '.svg': 'text' },
  },
];

/**
 * koffi finds its binary relative to its own files, so it isn't bundled: the two packages, cut down to what runs here,
 * lie in dist/node_modules, where the bundles find them, in the repository as in the packed extension.
 */
const KOFFI_FILES = [
  'koffi/package.json',
  'koffi/index.cjs',
  'koffi/LICENSE.txt',
  'koffi/src/koffi/index.cjs',
  'koffi/src/koffi/src/static.cjs',
  '@koromix/koffi-linux-x64/package.json',
  '@koromix/koffi-linux-x64/index.js',
  '@koromix/koffi-linux-x64/linux_x64/koffi.node',
];

function copyIfChanged(from, to) {
  const old = fs.existsSync(to) ? fs.readFileSync(to) : undefined;
  const now = fs.readFileSync(from);
  if (old?.equals(now)) return;
  fs.mkdirSync(path.dirname(to), { recursive: true });
  fs.writeFileSync(`${to}.new`, now, { mode: fs.statSync(from).mode });
  fs.renameSync(`${to}.new`, to);
}

function copyKoffi() {
  for (const file of KOFFI_FILES) {
    const from = path.join(root, 'node_modules', file);
    if (!fs.existsSync(from))
      throw new Error(`node_modules/${file} is missing: run \`npm ci\`, without leaving optional packages out.`);
    copyIfChanged(from, path.join(dist, 'node_modules', file));
  }
}

/** The npm packages that went into the bundles, for the test of THIRD-PARTY-NOTICES.md. */
function writePackages(results) {
  const inputs = results
    .flatMap(({ metafile }) => Object.values(metafile.outputs))
    .flatMap((output) => Object.entries(output.inputs));
  const names = inputs.map(([input, { bytesInOutput }]) =>
    bytesInOutput > 0 ? /^node_modules\/((?:@[^/]+\/)?[^/]+)\//.exec(input)?.[1] : undefined,
  );
  const packages = [...new Set(names.filter((name) => name !== undefined))].sort();
  fs.mkdirSync(path.join(root, 'build'), { recursive: true });
  fs.writeFileSync(path.join(root, 'build/bundled-packages.json'), JSON.stringify(packages));
}

async function main(watch) {
  fs.mkdirSync(dist, { recursive: true });
  copyIfChanged(path.join(root, 'extension/cli/syscope.sh'), path.join(dist, 'syscope'));
  copyKoffi();
  const present = BUNDLES.filter((bundle) => fs.existsSync(path.join(root, bundle.entryPoints[0])));
  for (const bundle of BUNDLES)
    if (!present.includes(bundle)) console.error(`esbuild: ${bundle.entryPoints[0]} is not there yet, left out`);
  if (!watch) {
    const built = await Promise.all(present.map((bundle) => esbuild.build(bundle)));
    writePackages(built);
    return;
  }
  for (const bundle of present) await (await esbuild.context(bundle)).watch();
}

main(process.argv.includes('--watch')).catch((error) => {
  console.error(`esbuild: ${error instanceof Error ? error.message : String(error)}`);
  process.exitCode = 1;
});
