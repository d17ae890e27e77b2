/** The lines by which the suites say what a run came to. */
const TOLD = /^seed \d+: .*$/gm;

/** What a suite told of its runs, by what it wrote. */
export function toldOf(output: string): readonly string[] {
  return output.match(TOLD) ?? [];
}

/** The seed of the nth run under a seed: the same each time, and another one for each run. */
export function derivedSeed(seed: number, run: number): number {
  // Steps of an odd number go through all of them before one comes again.
  return (seed + run * 0x9e3779b1) % 2 ** 31;
}
