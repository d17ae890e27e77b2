/** One source file, as the checks read it. */
export interface SourceFile {
  readonly path: string;
  readonly text: string;
}

/** The suites a door gives: its exported names that end in `Contract`, types left out. */
export function exportedSuites(door: string): string[] {
  const lists = [...withoutComments(door).matchAll(/export\s*\{([^}]*)\}/g)].flatMap(([, names = '']) => names.split(','));
  return lists.map((name) => name.trim()).filter((name) => /^\w+Contract$/.test(name));
}

/** For every suite that the memory adapter or every real adapter leaves out: what is missing, in words. */
export function uncalledContracts(suites: readonly string[], tests: readonly SourceFile[]): string[] {
  return suites.flatMap((suite) => {
    const callers = tests.filter(({ text }) => new RegExp(`\\b${suite}\\(`).test(withoutComments(text))).map(({ path }) => path);
    const byMemory = callers.some(isMemory);
    const byReal = callers.some((path) => !isMemory(path));
    return [
      ...(byMemory ? [] : [`${suite} is not called by packages/adapters/memory`]),
      ...(byReal ? [] : [`${suite} is not called by a real adapter`]),
    ];
  });
}

const isMemory = (path: string): boolean => path.startsWith('packages/adapters/memory/');

function withoutComments(text: string): string {
  return text.replaceAll(/\/\*[\s\S]*?\*\//g, '').replaceAll(/(^|\s)\/\/.*$/gm, '$1');
}
