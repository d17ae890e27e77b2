import type { Manifest } from './workspace.js';

/** What would make a published manifest useless or misleading to a stranger, in words. */
export function manifestProblems(shipped: Manifest, published: ReadonlySet<string>): string[] {
  const needs = Object.entries({ ...shipped.dependencies, ...shipped.peerDependencies });
  return [
    ...needs.filter(([name]) => name.startsWith('@galaxy/') && !published.has(name)).map(([name]) => `needs ${name}, which is private`),
    ...needs.filter(([, range]) => /^(workspace|catalog|link|file):/.test(range)).map(([name, range]) => `asks for ${name} as ${range}`),
    ...(JSON.stringify(shipped.exports ?? {}).includes('galaxy-source')
      ? ['ships the source condition: publishConfig.exports is missing']
      : []),
    ...(Object.keys(shipped.exports ?? {}).join() === '.' ? [] : ['has another door than "."']),
  ].map((problem) => `${shipped.name} ${problem}`);
}
