import { ManualClock } from '@galaxy/adapter-memory';
import type { RuntimeEvent } from '@galaxy/manager-ports';
import { DependencyFault, InvalidInputError } from '@galaxy/ports';
import { describe, expect, it } from 'vitest';
import { faultOf } from '../test-support/intercept.test-support.js';
import { type CircuitBreaker, type CircuitDeps, makeCircuitBreaker } from './circuit-breaker.js';
import { throughBreaker } from './through-breaker.js';

const SILENT = faultOf('container_engine');

/** A breaker before a dependency that answers, or throws what it is told to. */
function makeCircuit(changes: Partial<CircuitDeps> = {}) {
  const clock = new ManualClock();
  const events: RuntimeEvent[] = [];
  const stopping = new AbortController();
  const state = { probe: null as Error | null, fraction: 0, probedAtMs: [] as number[] };
  const breaker = makeCircuitBreaker({
    clock,
    random: { fraction: () => state.fraction },
    observer: { observe: (event) => void events.push(event) },
    circuit: 'container engine',
    dependency: 'container_engine',
    probe: async () => {
      state.probedAtMs.push(clock.monotonicMs());
      if (state.probe !== null) throw state.probe;
    },
    signal: stopping.signal,
    ...changes,
  });
  return { clock, events, stopping, state, breaker };
}

async function fail(breaker: CircuitBreaker, times: number, error: Error = SILENT): Promise<void> {
  for (let n = 0; n < times; n += 1) await expect(breaker.run(() => Promise.reject(error))).rejects.toBe(error);
}

async function makeOpenCircuit(changes: Partial<CircuitDeps> = {}) {
  const circuit = makeCircuit(changes);
  circuit.state.probe = SILENT;
  await fail(circuit.breaker, 5);
  await circuit.clock.advance(0);
  expect(circuit.breaker.isOpen).toBe(true);
  return circuit;
}

describe('a circuit opens', () => {
  it('after five faults in a row and a probe that is not answered, and says so', async () => {
    const { breaker, clock, state, events } = makeCircuit();
    state.probe = faultOf('container_engine');
    await fail(breaker, 4);
    await clock.advance(0);
    expect([breaker.isOpen, state.probedAtMs.length]).toEqual([false, 0]);
    await fail(breaker, 1);
    await clock.advance(0);
    expect(breaker.isOpen).toBe(true);
    expect(events).toEqual([
      { kind: 'circuit_changed', circuit: 'container engine', dependency: 'container_engine', open: true, error: state.probe },
    ]);
  });

  it('not while the probe is answered: then it takes five more to ask again', async () => {
    const { breaker, clock, state, events } = makeCircuit();
    for (const probes of [1, 2]) {
      await fail(breaker, 4);
      await clock.advance(0);
      expect(state.probedAtMs).toHaveLength(probes - 1);
      await fail(breaker, 1);
      await clock.advance(0);
      expect(state.probedAtMs).toHaveLength(probes);
    }
    expect(breaker.isOpen).toBe(false);
    expect(events).toEqual([]);
  });

  it('not when the probe is refused, which is an answer', async () => {
    const { breaker, clock, state } = makeCircuit();
    state.probe = faultOf('container_engine', { retryable: false });
    await fail(breaker, 5);
    await clock.advance(0);
    expect([breaker.isOpen, state.probedAtMs.length]).toEqual([false, 1]);
  });

  it.each([
    ['a refusal', faultOf('container_engine', { retryable: false })],
    ['a fault of another dependency', faultOf('postgres')],
    ['an invalid input', new InvalidInputError('no')],
    ['a bug', new TypeError('no')],
  ])('not for %s, which does not count at all', async (_, error) => {
    const { breaker, clock, state } = makeCircuit();
    state.probe = SILENT;
    await fail(breaker, 4);
    await fail(breaker, 20, error);
    await clock.advance(0);
    expect(breaker.isOpen).toBe(false);
    await fail(breaker, 1);
    await clock.advance(0);
    expect(breaker.isOpen).toBe(true);
  });

  it('not when a call succeeds in between', async () => {
    const { breaker, clock, state } = makeCircuit();
    state.probe = SILENT;
    await fail(breaker, 4);
    expect(await breaker.run(async () => 'an answer')).toBe('an answer');
    await fail(breaker, 4);
    await clock.advance(0);
    expect([breaker.isOpen, state.probedAtMs.length]).toEqual([false, 0]);
  });

  it('once, however many calls fail at the same time', async () => {
    const { breaker, clock, state, events } = makeCircuit();
    state.probe = SILENT;
    const failing = Array.from({ length: 40 }, () => breaker.run(() => clock.sleep(10).then(() => Promise.reject(SILENT))));
    const settled = Promise.allSettled(failing);
    await clock.advance(10);
    await settled;
    expect([breaker.isOpen, state.probedAtMs.length, events.length]).toEqual([true, 1, 1]);
  });
});

describe('an open circuit', () => {
  it('makes no call: it fails at once, naming the dependency, and saying that nothing was done', async () => {
    const { breaker } = await makeOpenCircuit();
    let called = false;
    const answer = breaker.run(async () => (called = true));
    await expect(answer).rejects.toBeInstanceOf(DependencyFault);
    await expect(answer).rejects.toMatchObject({
      dependency: 'container_engine',
      effect: 'not_done',
      retryable: true,
      message: 'the circuit container engine is open, the call was not made: container_engine did not answer',
    });
    expect(called).toBe(false);
  });

  it.each([
    ['no luck at all', 0, [1000, 1000, 1000, 1000, 1000, 1000]],
    ['middling luck', 0.5, [1500, 2500, 4500, 5500, 5500, 5500]],
    ['almost the longest pauses', 0.999999, [2000, 4000, 8000, 10_000, 10_000, 10_000]],
  ])('probes after pauses that grow from one to ten seconds, with %s', async (_, fraction, pauses) => {
    const circuit = makeCircuit();
    circuit.state.probe = SILENT;
    circuit.state.fraction = fraction;
    await fail(circuit.breaker, 5);
    await circuit.clock.advance(60_000);
    const at = circuit.state.probedAtMs;
    expect(at.slice(1, 7).map((ms, n) => Math.round((ms - (at[n] ?? 0)) / 10) * 10)).toEqual(pauses);
  });

  it('keeps to a shorter longest pause where one is given', async () => {
    const { clock, state } = makeCircuit({ maxPauseMs: 2000 });
    const circuit = await makeOpenCircuit({ maxPauseMs: 2000, random: { fraction: () => 0.999999 } });
    await circuit.clock.advance(20_500);
    expect(circuit.state.probedAtMs).toHaveLength(11);
    expect([clock.sleeping, state.probedAtMs]).toEqual([0, []]);
  });

  it('tells when it is worth trying again, and closes with the first probe that is answered', async () => {
    const { breaker, clock, state, events } = await makeOpenCircuit();
    expect(breaker.retryInMs).toBe(1100);
    await clock.advance(400);
    expect(breaker.retryInMs).toBe(700);
    state.probe = null;
    await clock.advance(599);
    expect(breaker.isOpen).toBe(true);
    await clock.advance(1);
    expect([breaker.isOpen, breaker.retryInMs]).toEqual([false, 0]);
    expect(events.at(-1)).toMatchObject({ kind: 'circuit_changed', open: false });
    expect(await breaker.run(async () => 'an answer')).toBe('an answer');
  });

  it('opens anew after it closed, with short pauses first', async () => {
    const { breaker, clock, state } = await makeOpenCircuit();
    await clock.advance(30_000);
    state.probe = null;
    await clock.advance(10_000);
    expect(breaker.isOpen).toBe(false);
    state.probe = SILENT;
    await fail(breaker, 5);
    await clock.advance(0);
    expect([breaker.isOpen, breaker.retryInMs]).toEqual([true, 1100]);
  });

  it('probes no more once the process ends', async () => {
    const { breaker, clock, stopping, state, events } = await makeOpenCircuit();
    stopping.abort();
    await clock.advance(60_000);
    expect([breaker.isOpen, state.probedAtMs.length, clock.sleeping, events.length]).toEqual([true, 1, 0, 1]);
  });

  it('does not mind a call that was sent before, however it ends', async () => {
    const circuit = makeCircuit();
    circuit.state.probe = SILENT;
    let answer: (text: string) => void = () => undefined;
    const early = circuit.breaker.run(() => new Promise<string>((resolve) => (answer = resolve)));
    await fail(circuit.breaker, 5);
    await circuit.clock.advance(0);
    answer('late');
    expect(await early).toBe('late');
    expect(circuit.breaker.isOpen).toBe(true);
  });
});

describe('a port through a breaker', () => {
  class Shop {
    readonly #name = 'shop';
    async buy(what: string): Promise<string> {
      return Promise.resolve(`${what} from the ${this.#name}`);
    }
    address(): string {
      return this.#name;
    }
  }

  it('is the port as it was while the circuit is closed', async () => {
    const { breaker } = makeCircuit();
    const shop = throughBreaker(new Shop(), breaker, 'address');
    expect(await shop.buy('bread')).toBe('bread from the shop');
    expect(shop.address()).toBe('shop');
  });

  it('fails while it is open, but for what is no call to the dependency', async () => {
    const { breaker } = await makeOpenCircuit();
    const shop = throughBreaker(new Shop(), breaker, 'address');
    await expect(shop.buy('bread')).rejects.toMatchObject({ code: 'container_engine_unavailable' });
    expect(shop.address()).toBe('shop');
  });

  it('counts the faults of all methods together', async () => {
    const { breaker, clock, state } = makeCircuit();
    state.probe = SILENT;
    const silent = () => Promise.reject(SILENT);
    const port = throughBreaker({ one: silent, two: silent }, breaker);
    for (const call of [port.one, port.two, port.one, port.two, port.one]) await expect(call()).rejects.toBe(SILENT);
    await clock.advance(0);
    expect(breaker.isOpen).toBe(true);
  });
});
