// Makes the C headers and the TypeScript types from the schema's data files.
//   node native/schema/generate.mjs          writes native/schema/gen/* and extension/trace/gen/*
//   node native/schema/generate.mjs --check  exits with 1 and names the files that are not current
// What must not live here: any fact about a record kind, a class or a system call (those are the JSON files' rows).
import fs from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { recordsHeader, recordsTypeScript, schemaHash } from './generate-records.mjs';
import { submissionsHeader, submissionsTypeScript } from './generate-submissions.mjs';
import { syscallsHeader } from './generate-syscalls.mjs';
import { errnoTypeScript, flagsTypeScript, structsTypeScript, syscallsTypeScript } from './generate-tables.mjs';

const here = path.dirname(fileURLToPath(import.meta.url));
const root = path.resolve(here, '../..');
const read = (name) => JSON.parse(fs.readFileSync(path.join(here, name), 'utf8'));

/** Every generated file: path from the repository's root to its text. */
export function generateAll() {
  const schema = read('schema.json');
  const { variants, results } = read('variants.json');
  const data = {
    schema,
    variants,
    results,
    syscalls: [...read('syscalls.json'), ...read('syscalls-32.json')],
    structs: read('structs.json'),
    flags: read('flags.json'),
    errno: read('errno.json'),
    submissions: read('submissions.json'),
  };
  return {
    'native/schema/gen/schema.h': recordsHeader(schema),
    'native/schema/gen/syscalls.h': syscallsHeader(data),
    'native/schema/gen/submissions.h': submissionsHeader(data.submissions),
    'extension/trace/gen/schema.ts': recordsTypeScript(schema),
    'extension/trace/gen/syscalls.ts': syscallsTypeScript(data),
    'extension/trace/gen/flags.ts': flagsTypeScript(data),
    'extension/trace/gen/structs.ts': structsTypeScript(data),
    'extension/trace/gen/errno.ts': errnoTypeScript(data),
    'extension/trace/gen/submissions.ts': submissionsTypeScript(data.submissions),
  };
}

export { schemaHash };

function main(check) {
  const stale = [];
  for (const [name, text] of Object.entries(generateAll())) {
    const file = path.join(root, name);
    const old = fs.existsSync(file) ? fs.readFileSync(file, 'utf8') : undefined;
    if (old === text) continue;
    stale.push(name);
    if (check) continue;
    fs.mkdirSync(path.dirname(file), { recursive: true });
    fs.writeFileSync(file, text);
  }
  if (check && stale.length > 0) {
    console.error(`not current, run node native/schema/generate.mjs: ${stale.join(', ')}`);
    process.exitCode = 1;
  }
}

if (process.argv[1] === fileURLToPath(import.meta.url)) main(process.argv.includes('--check'));
