/** How the demo engine behaves for one image tag. */
export interface DemoTag {
  /** Environment variables of its process, in addition to address and state folder. */
  readonly env?: Readonly<Record<string, string>>;
  /** Whether the image is not available. */
  readonly missing?: boolean;
  /** Whether the program can't be started. */
  readonly broken?: boolean;
}

// Any other tag is a healthy engine.
const TAGS: Readonly<Record<string, DemoTag>> = {
  missing: { missing: true },
  'bad-command': { broken: true },
  'exits-early': { env: { DEMO_EXIT_BEFORE_READY: '3' } },
  'never-ready': { env: { DEMO_NEVER_READY: '1' } },
  'slow-ready': { env: { DEMO_READY_AFTER_MS: '2000' } },
  'ignores-sigterm': { env: { DEMO_IGNORE_SIGTERM: '1' } },
  'slow-turn': { env: { DEMO_TURN_MS: '3000' } },
  'fails-turn': { env: { DEMO_FAIL_AT_TURN: '1' } },
  finishes: { env: { DEMO_FINISH_AT_TURN: '2' } },
};

/**
 * The engine for an image tag. `missing` can't be pulled, `bad-command` can't be started, `exits-early` exits with code 3,
 * `never-ready` never becomes healthy, `slow-ready` does after 2 s, `ignores-sigterm` ends only by SIGKILL, `slow-turn` takes 3 s for
 * a turn, `fails-turn` fails turn 1, `finishes` ends its game with turn 2. Every other tag is a healthy engine.
 */
export function demoTag(tag: string | null): DemoTag {
  return (tag !== null && Object.hasOwn(TAGS, tag) ? TAGS[tag] : undefined) ?? {};
}
