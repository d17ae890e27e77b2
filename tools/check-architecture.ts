// Holds every import against `.dependency-cruiser.cjs`, then proves that each of its rules still refuses what it is there for.
import { spawnSync } from 'node:child_process';
import { rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { PROBES, type Probe } from './arch-probes/probes.js';
import { plantProbe, plantWorkspace } from './arch-probes/stand-in.js';
import { binary, ROOT, report } from './lib/workspace.js';

interface Violation {
  readonly from: string;
  readonly to: string;
  readonly rule: { readonly name: string };
}

interface Cruise {
  readonly summary: { readonly totalCruised: number; readonly violations: readonly Violation[] };
}

const CONFIG = join(ROOT, '.dependency-cruiser.cjs');
const { forbidden: RULES } = createRequire(import.meta.url)(CONFIG) as { forbidden: readonly { name: string; comment: string }[] };

function cruise(cwd: string, folders: readonly string[]): Cruise['summary'] {
  const args = ['--config', CONFIG, '--output-type', 'json', ...folders];
  const { stdout, stderr } = spawnSync(binary('depcruise'), args, { cwd, encoding: 'utf8', maxBuffer: 1 << 28 });
  if (!stdout.startsWith('{')) throw new Error(`dependency-cruiser did not answer: ${stdout}${stderr}`);
  return (JSON.parse(stdout) as Cruise).summary;
}

function problemsOfSources(): string[] {
  const { totalCruised, violations } = cruise(ROOT, ['packages', 'apps', 'tools']);
  // A compiler that the tool cannot use makes it find nothing and call that fine.
  if (totalCruised === 0) return ['no module was looked at'];
  return violations.map(
    ({ rule, from, to }) => `${from} → ${to}\n  ${rule.name}: ${RULES.find(({ name }) => name === rule.name)?.comment ?? ''}`,
  );
}

function problemsOfProbes(): string[] {
  const root = plantWorkspace();
  try {
    const planted = PROBES.map((probe, index) => ({ ...probe, paths: plantProbe(root, probe, index) }));
    const { violations } = cruise(root, ['packages', 'apps']);
    return planted.flatMap((probe) => verdict(probe, violations));
  } finally {
    rmSync(root, { recursive: true });
  }
}

function verdict({ refusedBy, paths, files }: Probe & { paths: readonly string[] }, violations: readonly Violation[]): string[] {
  const rules = violations.filter(({ from }) => paths.includes(from)).map(({ rule }) => rule.name);
  const path = paths[0] ?? '';
  const source = Object.values(files)[0] ?? '';
  if (refusedBy === null) return rules.length === 0 ? [] : [`${path} must be let through, but ${rules.join(', ')} refused it: ${source}`];
  return rules.includes(refusedBy) ? [] : [`${refusedBy} let ${path} through (refused by ${rules.join(', ') || 'nothing'}): ${source}`];
}

function rulesWithoutProbe(): string[] {
  const probed = new Set(PROBES.map(({ refusedBy }) => refusedBy));
  return RULES.filter(({ name }) => !probed.has(name)).map(({ name }) => `${name} has no probe in tools/arch-probes/probes.ts`);
}

report(
  [...rulesWithoutProbe(), ...problemsOfProbes(), ...problemsOfSources()],
  `imports point inward; ${PROBES.length} probes judged rightly`,
);
