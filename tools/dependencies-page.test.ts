import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { ROOT, workspacePackages } from './lib/workspace.js';

interface Dependent {
  readonly dependencies?: Readonly<Record<string, string>>;
  readonly devDependencies?: Readonly<Record<string, string>>;
}

const page = readFileSync(join(ROOT, 'docs/adr/0014-dependencies.md'), 'utf8');
const listed = [...page.matchAll(/^\| ([^|]+) \| \d/gm)].flatMap(([, names = '']) => names.replace(/ \(.*\)/, '').split(', '));

function declaredIn(dir: string): string[] {
  const { dependencies, devDependencies } = JSON.parse(readFileSync(join(ROOT, dir, 'package.json'), 'utf8')) as Dependent;
  return Object.keys({ ...dependencies, ...devDependencies });
}

describe('docs/adr/0014-dependencies.md', () => {
  it('gives a reason for every package anybody here depends on, and for no other', () => {
    const declared = ['.', 'tools', ...workspacePackages().map(({ dir }) => dir)].flatMap(declaredIn);
    const others = declared.filter((name) => !name.startsWith('@galaxy/') && !name.startsWith('@types/'));
    expect(new Set(listed)).toEqual(new Set(others));
  });
});
