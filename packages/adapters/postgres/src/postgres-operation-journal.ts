import type {
  Claim,
  ClaimKey,
  ClaimRequest,
  ClaimState,
  FencedOutcome,
  FinishOutcome,
  HandBack,
  Intake,
  IntakeOutcome,
  JobStreamName,
  OperationJournal,
  OperationProgress,
  RecordChange,
  Settlement,
} from '@galaxy/ports';
import { sql } from 'drizzle-orm';
import { advance } from './advance.js';
import { claim } from './claim.js';
import { Coalescer } from './coalescer.js';
import { type Ending, finish } from './finish.js';
import { handBack } from './hand-back.js';
import type { PgExecutor } from './pg-executor.js';
import { renew } from './renew.js';
import { text } from './row.js';
import { runtimeStreamCursors } from './schema.js';
import { statement } from './statement.js';
import { takeIn } from './take-in.js';

const { stream, cursor } = runtimeStreamCursors;
const CURSORS = statement('read cursors', {}, () => sql`select ${stream}, ${cursor} from ${runtimeStreamCursors}`);

/**
 * The journal in the tables `runtime_operation_log`, `runtime_records`, `runtime_outbox` and `runtime_stream_cursors`.
 * Each change is one statement. Operations that end while others are being ended share a statement.
 */
export class PostgresOperationJournal implements OperationJournal {
  readonly #executor: PgExecutor;
  readonly #endings: Coalescer<Ending, FinishOutcome>;

  constructor(executor: PgExecutor) {
    this.#executor = executor;
    const options = { key: ({ claim }: Ending) => claim.opId, maxItems: 200, maxBatches: 2 };
    this.#endings = new Coalescer((endings) => finish(executor, endings), options);
  }

  async cursors(): Promise<Readonly<Record<JobStreamName, string | null>>> {
    const rows = await this.#executor.query(CURSORS({}));
    const stored = new Map(rows.map((row) => [text(row, 'stream'), text(row, 'cursor')]));
    return { start_jobs: stored.get('start_jobs') ?? null, stop_jobs: stored.get('stop_jobs') ?? null };
  }

  takeIn(intake: Intake): Promise<IntakeOutcome> {
    return takeIn(this.#executor, intake);
  }

  claim(request: ClaimRequest): Promise<Claim[]> {
    return claim(this.#executor, request);
  }

  renew(claims: readonly ClaimKey[], ttlMs: number): Promise<ClaimState[]> {
    return renew(this.#executor, claims, ttlMs);
  }

  advance(claim: ClaimKey, progress: OperationProgress, record: RecordChange): Promise<FencedOutcome> {
    return advance(this.#executor, claim, progress, record);
  }

  finish(claim: ClaimKey, settlement: Settlement): Promise<FinishOutcome> {
    return this.#endings.add({ claim, settlement });
  }

  handBack(claim: ClaimKey, back: HandBack): Promise<void> {
    return handBack(this.#executor, claim, back);
  }
}
