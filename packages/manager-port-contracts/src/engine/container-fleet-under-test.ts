import type { ContainerFleet, FleetHint } from '@galaxy/manager-ports';
import { expect } from 'vitest';
import type { ContainerEngineLimits, ContainerEngineUnderTest } from './container-engine-under-test.js';

/** A fleet, and the engine whose containers it shows; `cutOff` and `restore` go for both. */
export interface ContainerFleetUnderTest extends ContainerEngineUnderTest {
  readonly fleet: ContainerFleet;
  /** Lets a running container's engine end by itself, also while the adapter is cut off. */
  endBehindItsBack(id: string): Promise<void>;
}

/** What an adapter can't show, each with the reason. */
export type ContainerFleetLimits = Pick<ContainerEngineLimits, 'foreign' | 'pause' | 'cutOff'>;

const SOON = { timeout: 10_000 };

/** A watch under way, and what it has told. */
export interface FollowedFleet {
  readonly hints: readonly FleetHint[];
  /** How often it told of a game. */
  told(gameId: string): number;
  /** Waits until it has told of a game so many times, or more. */
  untilTold(gameId: string, times: number): Promise<void>;
  /** Waits until it has told `connected` so many times, or more. */
  untilConnected(times: number): Promise<void>;
  /** Aborts it; gives what `watch` then settles with. */
  stop(): Promise<void>;
}

/** Watches, and returns once the first hint is there. */
export async function follow(fleet: ContainerFleet): Promise<FollowedFleet> {
  const hints: FleetHint[] = [];
  const end = new AbortController();
  const ended = fleet.watch((hint) => void hints.push(hint), end.signal);
  // Looked at in `stop`; until then a fault must not count as unhandled.
  ended.catch(() => undefined);
  await expect.poll(() => hints.length, SOON).toBeGreaterThan(0);
  const told = (gameId: string) => hints.filter((hint) => hint.kind === 'changed' && hint.gameId === gameId).length;
  const connections = () => hints.filter((hint) => hint.kind === 'connected').length;
  return {
    hints,
    told,
    untilTold: (gameId, times) => expect.poll(() => told(gameId), SOON).toBeGreaterThanOrEqual(times),
    untilConnected: (times) => expect.poll(connections, SOON).toBeGreaterThanOrEqual(times),
    stop: () => {
      end.abort();
      return ended;
    },
  };
}
