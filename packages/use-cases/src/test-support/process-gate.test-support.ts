import type { Clock } from '@galaxy/manager-ports';
import type { World } from './world.test-support.js';

/** Everything that reaches a process, an answer or the end of a sleep, passes through its gate. */
export interface ProcessGate {
  /** Makes a call. A dead process makes none and hears no answer; a frozen one hears it when it thaws. */
  call<T>(make: () => Promise<T>): Promise<T>;
  /** Lets it sleep. What sleeps in a frozen process goes on after what waits for an answer: it is too late to notice the stall. */
  sleep(sleep: () => Promise<void>): Promise<void>;
  /** Tells the process of something that it did not ask for. */
  hear(tell: () => void): void;
  /** Ends the process between two of its steps: nothing is released, and nobody is told. */
  kill(): void;
  /** Stops the process between two of its steps. */
  freeze(): void;
  thaw(): void;
  isFrozen(): boolean;
}

const answersHeard = () => new Promise((resolve) => setImmediate(resolve));
const never = () => new Promise<never>(() => undefined);

/** Makes the gate of one process. */
export function makeGate(): ProcessGate {
  let isDead = false;
  let isFrozen = false;
  let thawed: Promise<void> = Promise.resolve();
  let thaw = (): void => undefined;
  const arrive = async (): Promise<void> => {
    await thawed;
    if (isDead) await never();
  };
  return {
    async call(make) {
      if (isDead) return never();
      try {
        return await make();
      } finally {
        await arrive();
      }
    },
    async sleep(sleep) {
      await sleep();
      const wasFrozen = isFrozen;
      await arrive();
      if (wasFrozen) await answersHeard();
    },
    hear(tell) {
      void arrive().then(tell);
    },
    kill() {
      isDead = true;
    },
    freeze() {
      isFrozen = true;
      thawed = new Promise((resolve) => (thaw = resolve));
    },
    thaw() {
      isFrozen = false;
      thaw();
    },
    isFrozen: () => isFrozen,
  };
}

/** The world's clock for the process behind a gate. */
export function gatedClock({ clock }: World, gate: ProcessGate): Clock {
  return {
    now: () => clock.now(),
    monotonicMs: () => clock.monotonicMs(),
    sleep: (ms, signal) => gate.sleep(() => clock.sleep(ms, signal)),
  };
}
