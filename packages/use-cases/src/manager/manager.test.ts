import {
  ManualClock,
  MemoryContainerEngine,
  MemoryContainerFleet,
  MemoryDatabase,
  MemoryDeadLetterPublisher,
  MemoryEngineClient,
  MemoryHolds,
  MemoryInstallationFacts,
  MemoryJobStream,
  MemoryLeases,
  MemoryNumberedResultPublisher,
  MemoryOperationJournal,
  MemoryOutbox,
  MemoryReconcileQueue,
  MemoryRuntimeManager,
  MemoryStreamOffsetStore,
  MemoryStreams,
  SequentialIds,
} from '@galaxy/adapter-memory';
import type { ClaimKey, OperationJournal } from '@galaxy/manager-ports';
import { DependencyFault } from '@galaxy/ports';
import { expect, it } from 'vitest';
import { makeManager } from './manager.js';

const CLAIM_TTL_MS = 5000;

/** A journal whose store may be away, and when it was asked to renew. */
class JournalOfAStoreThatMayBeAway extends MemoryOperationJournal {
  isAway = false;
  readonly renewedAtMs: number[] = [];
  readonly #clock: ManualClock;

  constructor(database: MemoryDatabase, clock: ManualClock) {
    super(database);
    this.#clock = clock;
  }

  override async renew(claims: readonly ClaimKey[], ttlMs: number): ReturnType<OperationJournal['renew']> {
    if (this.isAway) throw new DependencyFault({ message: 'away', dependency: 'postgres', effect: 'not_done', retryable: true });
    this.renewedAtMs.push(this.#clock.monotonicMs());
    return super.renew(claims, ttlMs);
  }
}

it('renews its claims within their time to live once the store is back, however long it was away', async () => {
  const clock = new ManualClock();
  const database = new MemoryDatabase(clock);
  const journal = new JournalOfAStoreThatMayBeAway(database, clock);
  const streams = new MemoryStreams({ now: () => clock.now().getTime() });
  const engine = new MemoryContainerEngine();
  // The start stays under way for the whole test.
  engine.find = () => new Promise(() => undefined);
  const manager = makeManager(
    {
      clock,
      journal,
      engine,
      ids: new SequentialIds(),
      random: { fraction: () => 0.5 },
      observer: { observe: () => undefined },
      reconcileQueue: new MemoryReconcileQueue(database),
      holds: new MemoryHolds(database),
      facts: new MemoryInstallationFacts(database),
      fleet: new MemoryContainerFleet(engine),
      outbox: new MemoryOutbox(database),
      leases: new MemoryLeases(database),
      stream: new MemoryJobStream(streams),
      offsets: new MemoryStreamOffsetStore(streams),
      results: new MemoryNumberedResultPublisher(streams),
      deadLetters: new MemoryDeadLetterPublisher(streams),
      engineClient: new MemoryEngineClient(engine),
    },
    {
      imageAllowlist: ['*'],
      readyTimeoutMs: 1000,
      stopGraceMs: 1000,
      unavailableWindowMs: 600_000,
      startConcurrency: 1,
      stopConcurrency: 1,
      reconcile: { intervalMs: 15_000, graceMs: 10_000, maxActs: 20, dryRun: false },
      resendWithinMs: 3_600_000,
      keepPublishedMs: 86_400_000,
    },
  );
  await new MemoryRuntimeManager(streams).publishStartJob('g1', 'games/engine:1.0.0');
  manager.start();
  await clock.advance(10_000);
  expect(journal.renewedAtMs.length).toBeGreaterThan(0);
  journal.isAway = true;
  await clock.advance(33_000);
  journal.isAway = false;
  const backAtMs = clock.monotonicMs();
  await clock.advance(10_000);
  const first = journal.renewedAtMs.find((at) => at >= backAtMs) ?? Number.POSITIVE_INFINITY;
  expect(first - backAtMs).toBeLessThan(CLAIM_TTL_MS / 2);
  const stopped = manager.stop();
  await clock.advance(10_000);
  await stopped;
});
