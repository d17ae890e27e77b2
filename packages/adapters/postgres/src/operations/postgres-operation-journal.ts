import type { JobStreamName, StreamPlace } from '@galaxy/domain';
import type {
  Claim,
  ClaimKey,
  ClaimRelease,
  ClaimRequest,
  ClaimState,
  FencedOutcome,
  FinishOutcome,
  Intake,
  IntakeOutcome,
  LeaseGrant,
  OperationJournal,
  OperationOutcome,
  OperationProgress,
  RecordChange,
  UnreadableOperation,
} from '@galaxy/manager-ports';
import { HeldRowFault } from '@galaxy/manager-ports';
import { sql } from 'drizzle-orm';
import { Coalescer } from '../client/coalescer.js';
import { pastShortLocks } from '../client/past-short-locks.js';
import type { PgExecutor } from '../client/pg-executor.js';
import { ingest } from '../queue/ingest.js';
import { moveCursor } from '../queue/move-cursor.js';
import { runtimeStreamCursors } from '../schema/schema.js';
import { bigInt, type Row, text, textOrNull } from '../sql/row.js';
import { statement } from '../sql/statement.js';
import { advance } from './advance.js';
import { claim } from './claim.js';
import { type Ending, type EndingOutcome, finish, type OutcomesOf } from './finish.js';
import { releaseClaim } from './release-claim.js';
import { renew } from './renew.js';

const { stream, cursor, floor, entriesRead, previous } = runtimeStreamCursors;

/** How far each job stream was ingested. */
const CURSORS = statement(
  'read cursors',
  {},
  () => sql`select ${stream}, ${cursor}, ${floor}, ${entriesRead}::text, ${previous} as previous from ${runtimeStreamCursors}`,
);

/** What a journal may be given besides its executor. */
export interface JournalOptions {
  /** For renewals, so that they wait for none of the other statements; default: the executor of all statements. */
  readonly renewals?: PgExecutor;
  /** The keys of the job streams when named outcomes are published; default null. */
  readonly outcomesOf?: OutcomesOf;
}

/**
 * The journal in the tables `runtime_operation_log`, `runtime_records`, `runtime_outbox` and `runtime_stream_cursors`. Each change
 * is one statement. Operations that end while other ends are being written share a statement.
 */
export class PostgresOperationJournal implements OperationJournal {
  readonly #executor: PgExecutor;
  readonly #renewals: PgExecutor;
  readonly #endings: Coalescer<Ending, EndingOutcome>;

  constructor(executor: PgExecutor, { renewals = executor, outcomesOf = null }: JournalOptions = {}) {
    this.#executor = executor;
    this.#renewals = renewals;
    const options = { key: ({ claim }: Ending) => claim.opId, maxItems: 200, maxBatches: 2 };
    this.#endings = new Coalescer((endings) => finish(executor, endings, outcomesOf), options);
  }

  async cursors(): Promise<Readonly<Record<JobStreamName, StreamPlace | null>>> {
    const rows = await this.#executor.query(CURSORS({}));
    const stored = new Map(rows.map((row) => [text(row, 'stream'), placeOf(row)]));
    return { start_jobs: stored.get('start_jobs') ?? null, stop_jobs: stored.get('stop_jobs') ?? null };
  }

  moveCursor(
    lease: LeaseGrant,
    stream: JobStreamName,
    place: StreamPlace,
  ): Promise<{ readonly kind: 'moved' } | { readonly kind: 'lost' }> {
    return moveCursor(this.#executor, lease, stream, place);
  }

  ingest(intake: Intake): Promise<IntakeOutcome> {
    return ingest(this.#executor, intake);
  }

  claim(request: ClaimRequest, onUnreadable?: (operation: UnreadableOperation) => void): Promise<Claim[]> {
    return claim(this.#executor, request, onUnreadable);
  }

  renew(claims: readonly ClaimKey[], ttlMs: number): Promise<ClaimState[]> {
    return renew(this.#renewals, claims, ttlMs);
  }

  advance(claim: ClaimKey, progress: OperationProgress, record: RecordChange): Promise<FencedOutcome> {
    return pastShortLocks(() => advance(this.#executor, claim, progress, record));
  }

  finish(claim: ClaimKey, outcome: OperationOutcome): Promise<FinishOutcome> {
    return pastShortLocks(async () => {
      const ended = await this.#endings.add({ claim, outcome });
      if (ended.kind === 'held_row') throw new HeldRowFault('finish');
      return ended;
    });
  }

  releaseClaim(claim: ClaimKey, release: ClaimRelease): Promise<void> {
    return pastShortLocks(() => releaseClaim(this.#executor, claim, release));
  }
}

function placeOf(row: Row): StreamPlace {
  const entriesRead = row['entries_read'] === null ? null : bigInt(row, 'entries_read');
  return { cursor: text(row, 'cursor'), floor: textOrNull(row, 'floor'), entriesRead, previous: text(row, 'previous') };
}
