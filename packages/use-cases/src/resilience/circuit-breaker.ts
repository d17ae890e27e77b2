import type { Clock, Observer, Random } from '@galaxy/manager-ports';
import type { Dependency } from '@galaxy/ports';
import { DependencyFault } from '@galaxy/ports';

/** What a breaker works with. */
export interface CircuitDeps {
  readonly clock: Clock;
  readonly random: Random;
  readonly observer: Observer;
  /** Names it in events: a dependency may have one per role. */
  readonly circuit: string;
  readonly dependency: Dependency;
  /** A cheap call that returns when the dependency answers at all; must end by itself. Not through the breaker. */
  readonly probe: () => Promise<void>;
  /** Ends the probing for good; the circuit stays as it is then. */
  readonly signal: AbortSignal;
  /** The longest pause between two probes, in milliseconds; default 10 000. */
  readonly maxPauseMs?: number;
}

/** Keeps callers away from a dependency that does not answer. */
export interface CircuitBreaker {
  /** Whether calls fail at once. */
  readonly isOpen: boolean;
  /** Milliseconds until it is worth trying again, the answer to the next probe included; 0 while the circuit is closed. */
  readonly retryInMs: number;
  /**
   * Makes the call, or throws at once while the circuit is open.
   * @throws DependencyFault (`effect: 'not_done'`, retryable) while it is open; otherwise what the call throws.
   */
  run<T>(call: () => Promise<T>): Promise<T>;
}

const FAULTS_TO_OPEN = 5;
const MIN_PAUSE_MS = 1000;
const PROBE_MS = 100;

/**
 * Makes a breaker. After five faults in a row that say the dependency did not answer, it asks itself, and opens only if it
 * gets no answer either: five calls that hang on one and the same container say nothing about the others. While open it
 * probes after pauses of one to two seconds, then of up to four, eight and ten, each as random has it, so that replicas
 * do not come back all at once. The first probe that is answered closes it.
 *
 * Only an error that a call throws after it was sent counts: refusals are answers. After closing nothing is held back
 * here: how many calls there are at a time is bounded where operations are claimed.
 */
export function makeCircuitBreaker(deps: CircuitDeps): CircuitBreaker {
  const { clock, observer, circuit, dependency } = deps;
  let faults = 0;
  let opened: { readonly error: DependencyFault; nextProbeAtMs: number } | null = null;
  let asking: Promise<void> | null = null;

  const change = (open: boolean, error: DependencyFault | null): void => {
    faults = 0;
    opened = open && error !== null ? { error, nextProbeAtMs: clock.monotonicMs() } : null;
    observer.observe({ kind: 'circuit_changed', circuit, dependency, open, error });
  };
  const isEnding = (): boolean => deps.signal.aborted;
  const openUnlessAnswered = async (): Promise<void> => {
    const silence = await silenceOf(deps);
    faults = 0;
    if (silence === null || isEnding()) return;
    change(true, silence);
    for (let probes = 0; await isSilentAfterPause(probes); probes += 1);
    if (!isEnding()) change(false, null);
  };
  const isSilentAfterPause = async (probes: number): Promise<boolean> => {
    const pauseMs = pauseBefore(probes, deps);
    if (opened !== null) opened.nextProbeAtMs = clock.monotonicMs() + pauseMs;
    await clock.sleep(pauseMs, deps.signal);
    return !isEnding() && (await silenceOf(deps)) !== null;
  };
  const count = (error: unknown): void => {
    if (!isSilence(error, dependency)) return;
    faults += 1;
    if (faults < FAULTS_TO_OPEN || asking !== null) return;
    asking = openUnlessAnswered().finally(() => {
      asking = null;
    });
  };

  return {
    get isOpen() {
      return opened !== null;
    },
    get retryInMs() {
      return opened === null ? 0 : Math.max(opened.nextProbeAtMs - clock.monotonicMs(), 0) + PROBE_MS;
    },
    async run(call) {
      if (opened !== null) throw openFault(circuit, opened.error);
      try {
        const answer = await call();
        faults = 0;
        return answer;
      } catch (error) {
        count(error);
        throw error;
      }
    },
  };
}

function pauseBefore(probes: number, { random, maxPauseMs = 10_000 }: CircuitDeps): number {
  const longestMs = Math.min(MIN_PAUSE_MS * 2 ** (Math.min(probes, 10) + 1), maxPauseMs);
  return MIN_PAUSE_MS + random.fraction() * (longestMs - MIN_PAUSE_MS);
}

// A refusal of the probe is an answer, too: whoever calls is to see it, not us.
async function silenceOf({ probe, dependency }: CircuitDeps): Promise<DependencyFault | null> {
  try {
    await probe();
    return null;
  } catch (error) {
    return isSilence(error, dependency) ? error : null;
  }
}

function isSilence(error: unknown, dependency: Dependency): error is DependencyFault {
  return error instanceof DependencyFault && error.dependency === dependency && error.retryable;
}

function openFault(circuit: string, cause: DependencyFault): DependencyFault {
  const message = `${circuit} is not asked, since it does not answer: ${cause.message}`;
  return new DependencyFault({ message, dependency: cause.dependency, retryable: true, effect: 'not_done', cause });
}
