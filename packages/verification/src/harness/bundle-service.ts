import { existsSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { build, type Plugin } from 'esbuild';
import { inject } from 'vitest';

// Libraries in CommonJS need these names.
const COMMON_JS = `import { createRequire } from 'node:module';
const require = createRequire(import.meta.url), __dirname = import.meta.dirname, __filename = import.meta.filename;`;

const PREFIX = 'rtmanager-bundle-';

/** The service as it is, with failpoints around its ports, or as the version before. */
export type ServiceEntry = 'main' | 'failpoints' | 'before';

type ServiceEntries = Readonly<Partial<Record<ServiceEntry, string>>>;

declare module 'vitest' {
  interface ProvidedContext {
    /** The source file of each entry. vitest.config.ts gives the paths. */
    readonly serviceEntries: ServiceEntries;
  }
}

const bundled = new Map<ServiceEntry, Promise<string>>();

/**
 * The path of the service as one file, bundled from the present sources. It starts in half the time that sources need which are
 * transpiled while they are loaded. Each process bundles it once; a later process removes it.
 */
export function bundledService(entry: ServiceEntry = 'main'): Promise<string> {
  const made = bundled.get(entry) ?? bundleService(entry);
  bundled.set(entry, made);
  return made;
}

async function bundleService(entry: ServiceEntry): Promise<string> {
  const source = (inject('serviceEntries') as ServiceEntries | undefined)?.[entry];
  if (source === undefined) throw new Error(`no service to run: provide ${entry} of serviceEntries in the test project`);
  removeLeftovers();
  const folder = mkdtempSync(join(tmpdir(), `${PREFIX}${process.pid}-`));
  const outfile = join(folder, 'main.mjs');
  await build({
    entryPoints: [source],
    outfile,
    bundle: true,
    platform: 'node',
    target: 'node20',
    format: 'esm',
    conditions: ['galaxy-source'],
    // Optional native parts of dockerode's SSH transport.
    external: ['*.node', 'cpu-features'],
    banner: { js: COMMON_JS },
    plugins: [ownUrls],
    logLevel: 'error',
  });
  return outfile;
}

// The test runner ends its processes by a signal, so they cannot remove their own bundles.
function removeLeftovers(): void {
  for (const name of readdirSync(tmpdir()).filter((entry) => entry.startsWith(PREFIX))) {
    const [pid = ''] = name.slice(PREFIX.length).split('-');
    if (!existsSync(`/proc/${pid}`)) rmSync(join(tmpdir(), name), { recursive: true, force: true });
  }
}

/** Lets the bundle find files that lie beside a source, such as migrations. */
const ownUrls: Plugin = {
  name: 'own-urls',
  setup({ onLoad }) {
    onLoad({ filter: /\/src\/.*\.ts$/ }, async ({ path }) => {
      const source = await readFile(path, 'utf8');
      return { contents: source.replaceAll('import.meta.url', JSON.stringify(pathToFileURL(path).href)), loader: 'ts' };
    });
  },
};
