import type { Clock, Observer, Random } from '@galaxy/manager-ports';
import type { Dependency } from '@galaxy/ports';
import { DependencyFault } from '@galaxy/ports';

export interface CircuitDeps {
  readonly clock: Clock;
  readonly random: Random;
  readonly observer: Observer;
  /** The name of this circuit in events: one dependency may have several circuits. */
  readonly circuit: string;
  readonly dependency: Dependency;
  /** A cheap call that returns when the dependency answers. It must have a deadline, and must not go through the breaker. */
  readonly probe: () => Promise<void>;
  /** Ends the probes; the circuit then stays open or closed as it was. */
  readonly signal: AbortSignal;
  /** The longest pause between two probes, in milliseconds; default 10 000. */
  readonly maxPauseMs?: number;
}

/** Makes calls fail at once while a dependency does not answer. */
export interface CircuitBreaker {
  /** Whether calls fail at once now. */
  readonly isOpen: boolean;
  /** Milliseconds until the next probe should be answered: trying earlier is useless. 0 while the circuit is closed. */
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
 * Makes a breaker. After five faults in a row that say that the dependency did not answer, the breaker sends a probe, and opens
 * only if the probe is not answered either: five calls may hang on one container while the others are fine. While open, it probes
 * after a random pause of one to two seconds, then of one to four, eight and at most ten, so that replicas do not return all at
 * the same moment. The first answered probe closes it.
 *
 * Only retryable faults of this dependency count: a refusal is an answer. After closing, the breaker does not limit calls: the
 * worker limits how many operations run at a time.
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
  const shortestMs = Math.min(MIN_PAUSE_MS, maxPauseMs);
  const longestMs = Math.min(MIN_PAUSE_MS * 2 ** (Math.min(probes, 10) + 1), maxPauseMs);
  return shortestMs + random.fraction() * (longestMs - shortestMs);
}

// A probe that is refused is answered: the caller of a real call will see that refusal.
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
  const message = `the circuit ${circuit} is open, the call was not made: ${cause.message}`;
  return new DependencyFault({ message, dependency: cause.dependency, retryable: true, effect: 'not_done', cause });
}
