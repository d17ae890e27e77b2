/** One replacement in a file, by a text that stands there exactly once. */
export interface Edit {
  readonly file: string;
  readonly from: string;
  readonly to: string;
}

/** A guard of the code, what takes it away, and a suite that must not pass without it. */
export interface Guard {
  readonly name: string;
  readonly edits: readonly Edit[];
  readonly suite: string;
}

const POSTGRES = 'packages/adapters/postgres';
const VERIFICATION = 'packages/verification/src';

/** What docs/guarantees.md rests on. Each is taken away alone. */
export const GUARDS: readonly Guard[] = [
  {
    name: 'the lock of the fence',
    edits: [
      { file: `${POSTGRES}/src/operations/fenced.ts`, from: 'order by ${opId} for update of ${operationLog}', to: 'order by ${opId}' },
    ],
    suite: `${POSTGRES}/src/operations/operation-journal-races.int.test.ts`,
  },
  {
    name: 'the unique key of an entry',
    edits: [
      {
        file: `${POSTGRES}/migrations/0000_init.sql`,
        from: 'UNIQUE INDEX "runtime_operation_log_entry_key"',
        to: 'INDEX "runtime_operation_log_entry_key"',
      },
      { file: `${POSTGRES}/src/queue/ingest.ts`, from: 'on conflict (${bareList(stream, entryId, payloadHash)}) do nothing', to: '' },
      { file: `${POSTGRES}/src/queue/ingest.ts`, from: '${isNew} and ', to: '' },
    ],
    suite: `${POSTGRES}/src/postgres-stores.int.test.ts`,
  },
  {
    name: 'one running operation per game',
    edits: [
      {
        file: `${POSTGRES}/migrations/0000_init.sql`,
        from: 'UNIQUE INDEX "runtime_operation_log_running_key"',
        to: 'INDEX "runtime_operation_log_running_key"',
      },
    ],
    suite: `${POSTGRES}/src/operations/operation-journal-races.int.test.ts`,
  },
  {
    name: 'the number of a result',
    edits: [
      {
        file: 'packages/adapters/redis/src/scripts/publish-numbered.ts',
        from: "if tonumber(number) <= tonumber(held) then return {'already_published'} end",
        to: '',
      },
    ],
    suite: 'packages/adapters/redis/src/contracts.int.test.ts',
  },
  {
    name: 'messages of forgotten lanes',
    edits: [
      {
        file: 'packages/adapters/redis/src/scripts/publish-numbered.ts',
        from: "if tonumber(outboxId) <= tonumber(forgottenUpTo) then return {'already_published'} end",
        to: '',
      },
    ],
    suite: 'packages/adapters/redis/src/contracts.int.test.ts',
  },
  {
    name: 'forgetting a lane only as it was seen',
    edits: [
      {
        file: 'packages/adapters/redis/src/scripts/forget-lanes.ts',
        from: "if redis.call('HGET', lastNumbers, lane) == number then removed = removed + redis.call('HDEL', lastNumbers, lane) end",
        to: "removed = removed + redis.call('HDEL', lastNumbers, lane)",
      },
    ],
    suite: 'packages/adapters/redis/src/contracts.int.test.ts',
  },
  {
    name: 'a transaction that is still open before lanes are forgotten',
    edits: [
      {
        file: `${POSTGRES}/src/outbox/forgettable.ts`,
        from: ' and ${deleted.deletedIn} < pg_snapshot_xmin(pg_current_snapshot())::text::bigint',
        to: '',
      },
    ],
    suite: `${POSTGRES}/src/outbox/outbox-races.int.test.ts`,
  },
  {
    name: 'what a consumer group still needs',
    edits: [
      {
        file: 'packages/adapters/redis/src/scripts/trim-published.ts',
        from: 'if isBehind(needed, cut) then cut, heldBack = needed, 1 end',
        to: '',
      },
    ],
    suite: 'packages/adapters/redis/src/outbound/trim.int.test.ts',
  },
  {
    name: 'compare and swap of a record',
    edits: [
      {
        file: `${POSTGRES}/src/operations/fenced.ts`,
        from: '        and ${runtimeRecords.status} = m.expected_status and ${runtimeRecords.currentContainerId} is not distinct from m.expected_container_id\n',
        to: '',
      },
    ],
    suite: `${POSTGRES}/src/postgres-stores.int.test.ts`,
  },
  {
    name: 'adoption of the own attempt alone',
    edits: [
      {
        file: 'packages/use-cases/src/operations/start/create-container.ts',
        from: 'owner.opId === opId && owner.attempt === attempt',
        to: 'owner.opId === opId',
      },
    ],
    suite: `${VERIFICATION}/simulation/simulation.test.ts`,
  },
  {
    name: 'the horizon of the merge',
    edits: [
      { file: 'packages/domain/src/streams/merge-jobs.ts', from: 'entries.filter((entry) => msOf(entry) <= horizon)', to: 'entries' },
    ],
    suite: 'packages/domain/src/streams/merge-jobs.test.ts',
  },
  {
    name: 'the second inspection',
    edits: [{ file: 'packages/use-cases/src/reconciler/decide-acts.ts', from: "  if (looks < 2) return 'seen_once';\n", to: '' }],
    suite: `${VERIFICATION}/simulation/simulation.test.ts`,
  },
  {
    name: 'the label of the installation',
    edits: [{ file: 'packages/adapters/docker/src/containers/labels.ts', from: " || labels['galaxy.instance'] !== instance", to: '' }],
    suite: 'packages/adapters/docker/src/containers/container-list.test.ts',
  },
  {
    name: 'a renewal before each change of a container',
    edits: [{ file: 'packages/use-cases/src/claims/fenced-engine.ts', from: '    await held.beforeMutation();\n', to: '' }],
    suite: `${VERIFICATION}/simulation/simulation.test.ts`,
  },
  {
    name: 'the epoch of the lease',
    edits: [{ file: `${POSTGRES}/src/coordination/under-lease.ts`, from: ' and ${runtimeLeases.epoch} = ${epoch}', to: '' }],
    suite: `${POSTGRES}/src/postgres-stores.int.test.ts`,
  },
  {
    name: 'the epoch that was compared, at its adoption',
    edits: [
      {
        file: 'packages/adapters/redis/src/scripts/adopt-epoch.ts',
        from: "if known ~= seenEpoch and known ~= newEpoch then return 'changed' end",
        to: '',
      },
    ],
    suite: 'packages/adapters/redis/src/contracts.int.test.ts',
  },
];

/**
 * A source without its guard.
 * @throws Error when the text to replace does not stand there exactly once.
 */
export function without(source: string, { file, from, to }: Edit): string {
  const [before, after, more] = source.split(from);
  if (before === undefined || after === undefined || more !== undefined) throw new Error(`${file}: not there exactly once: ${from}`);
  return before + to + after;
}
