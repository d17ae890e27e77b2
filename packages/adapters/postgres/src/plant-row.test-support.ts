import { randomUUID } from 'node:crypto';
import type { PlantedRow } from '@galaxy/manager-port-contracts';
import type { PgExecutor } from './client/pg-executor.js';

/** Plants a row that a build other than this one may have written. */
export async function plantRow(executor: PgExecutor, row: PlantedRow): Promise<string> {
  const { gameId, op, payloadVersion = 1, step, isReadable = true } = row;
  const opId = randomUUID();
  const payload = { kind: op, gameId, reason: 'cancelled', imageRef: 'galaxy/engine:1.0.0', requestedAtMs: '0' };
  await executor.query({
    name: 'plant a row',
    text: `insert into runtime_operation_log (op_id, game_id, op, source, source_ref, payload, payload_version, status, attempt, credited_attempt,
        claim_expires_at, step, step_version, step_data)
      select $1::uuid, $2::text, $3::text, 'admin', 'ref', $4::text::json, $5::int, case when $6::text is null then 'queued' else 'running' end,
        n, n, case n when 1 then clock_timestamp() end, $6::text, $7::int, case n when 1 then '{"form":"of later"}'::json end
      from (select case when $6::text is null then 0 else 1 end) as a(n)`,
    params: [opId, gameId, op, JSON.stringify(isReadable ? payload : 'unreadable'), payloadVersion, step?.name ?? null, step?.version ?? 1],
  });
  return opId;
}
