// How npm is run from within `npm test`. No package may be imported here: it runs before any is installed.

/**
 * The environment for an npm that is started by an npm script: without the outer npm's own facts (its prefix would be
 * taken for the inner one's), but with the person's configuration (registry, proxy, cache).
 */
export function npmEnvironment() {
  const outer = /^(npm_package_.*|npm_lifecycle_.*|npm_command|npm_config_(local_|global_)?prefix|npm_config_loglevel|INIT_CWD)$/;
  return Object.fromEntries(Object.entries(process.env).filter(([name]) => !outer.test(name)));
}
