import { OPERATION_TRAITS, OPERATIONS, type Operation, operationTraits } from '@galaxy/domain';
import { type SQL, sql } from 'drizzle-orm';
import { alias } from 'drizzle-orm/pg-core';
import { operationLog } from '../schema/schema.js';

const queued = alias(operationLog, 'later');
const sooner = alias(operationLog, 'sooner');

const names = (operations: readonly Operation[]): SQL => sql.raw(operations.map((op) => `'${op}'`).join(', '));
const YIELDING = OPERATIONS.filter((op) => operationTraits(op).yieldsTo.operations.length > 0);

// Operations that yield to the same ones share a condition.
const RULES = new Map<string, Operation[]>();
for (const op of YIELDING) {
  const rule = JSON.stringify(OPERATION_TRAITS[op].yieldsTo);
  RULES.set(rule, [...(RULES.get(rule) ?? []), op]);
}

/**
 * Whether the operation in row `row` yields to the one in row `later`, as OPERATION_TRAITS says. An entry that could not be decoded
 * asks for nothing, so nothing yields to it. Both are names of rows with the columns of the operation log.
 */
export function yieldsToRow(row: string, later: string): SQL {
  const [mine, other] = [sql.identifier(row), sql.identifier(later)];
  const rules = [...RULES.values()].map((ops) => {
    const { operations, when } = operationTraits(ops[0] ?? 'start').yieldsTo;
    const isAsked = when === 'if_forced' ? sql` and ${other}.force` : sql``;
    return sql`(${mine}.op in (${names(ops)}) and ${other}.op in (${names(operations)})${isAsked})`;
  });
  return sql`(${other}.valid and (${sql.join(rules, sql` or `)}))`;
}

/** Whether the row `later` is the first queued one of its game to which the operation in row `row` yields. */
export function isFirstToPreempt(later: string, row: string): SQL {
  const [mine, other] = [sql.identifier(row), sql.identifier(later)];
  return sql`${yieldsToRow(row, later)} and not exists (select from ${operationLog} ${sooner} where ${sooner.gameId} = ${other}.game_id
    and ${sooner.status} = 'queued' and ${sooner.ord} > ${mine}.ord and ${sooner.ord} < ${other}.ord
    and case when ${yieldsToRow(row, 'sooner')} then true else false end)`;
}

/** Whether a later operation of the game is queued to which the one in row `row` (with `game_id`, `op` and `ord`) yields. */
export function superseded(row: string): SQL {
  const mine = sql.identifier(row);
  // In a CASE, so that the planner can't take the index over the whole queue of a class for the game's own.
  return sql`(${mine}.op in (${names(YIELDING)}) and exists (select from ${operationLog} ${queued} where ${queued.gameId} = ${mine}.game_id
    and ${queued.status} = 'queued' and ${queued.ord} > ${mine}.ord and case when ${yieldsToRow(row, 'later')} then true else false end))`;
}
