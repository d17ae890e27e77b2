import postgres from 'postgres';
import type { PgExecutor } from '../client/pg-executor.js';
import { PostgresExecutor } from '../client/postgres-executor.js';
import type { Query } from '../sql/statement.js';

/** A node of a plan, as EXPLAIN (format json) has it. */
interface PlanNode {
  readonly 'Node Type': string;
  readonly 'Relation Name'?: string;
  readonly 'Shared Hit Blocks': number;
  readonly 'Shared Read Blocks': number;
  readonly Plans?: readonly PlanNode[];
}

/** What one call of a statement read. */
interface Explained {
  readonly name: string;
  /** The tables that it read whole. */
  readonly scanned: readonly string[];
  /** How many pages it asked for, of tables and indexes. */
  readonly pages: number;
}

/** An executor that notes how the server carries out each statement, by the plan that serves all values. */
export interface ExplainingExecutor extends PgExecutor {
  readonly explained: Explained[];
  /** Runs a statement that is not noted. */
  readonly load: (text: string) => Promise<void>;
}

/** Each statement is carried out twice: once to be explained, which is rolled back, and once for real. */
export function explainingExecutor(url: string): ExplainingExecutor {
  const executor = new PostgresExecutor({ url });
  const session = postgres(url, { max: 1, onnotice: () => undefined, connection: { plan_cache_mode: 'force_generic_plan' } });
  const explained: Explained[] = [];
  let before = Promise.resolve();
  const explain = async (query: Query): Promise<void> => {
    explained.push(explanationOf(query.name, await planOf(session, query)));
  };
  return {
    explained,
    load: async (text) => {
      await session.unsafe(text);
    },
    query: async (query) => {
      before = before.then(() => explain(query));
      await before;
      return executor.query(query);
    },
    ping: () => executor.ping(),
    close: async () => {
      await Promise.all([executor.close(), session.end({ timeout: 1 })]);
    },
  };
}

async function planOf(session: postgres.Sql, { text, params }: Query): Promise<PlanNode> {
  await session.unsafe(`prepare explained as ${text}`);
  try {
    await session.unsafe('begin');
    const values = params.length === 0 ? '' : `(${params.map(literal).join(', ')})`;
    const [row] = await session.unsafe(`explain (analyze, buffers, timing off, format json) execute explained${values}`);
    const [{ Plan: plan }] = row?.['QUERY PLAN'] as [{ Plan: PlanNode }];
    return plan;
  } finally {
    await session.unsafe('rollback');
    await session.unsafe('deallocate explained');
  }
}

const literal = (value: Query['params'][number]): string => (value === null ? 'null' : `'${String(value).replaceAll("'", "''")}'`);

function explanationOf(name: string, plan: PlanNode): Explained {
  const scans = nodesOf(plan).filter((node) => node['Node Type'] === 'Seq Scan');
  return {
    name,
    scanned: scans.flatMap((node) => node['Relation Name'] ?? []),
    pages: plan['Shared Hit Blocks'] + plan['Shared Read Blocks'],
  };
}

const nodesOf = (plan: PlanNode): PlanNode[] => [plan, ...(plan.Plans ?? []).flatMap(nodesOf)];
