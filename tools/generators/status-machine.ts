import {
  decideStart,
  decideStop,
  newRuntimeRecord,
  RUNTIME_STATUS_MEANINGS,
  RUNTIME_STATUSES,
  RUNTIME_TRANSITIONS,
  type RuntimeRecord,
  type RuntimeStatus,
} from '@galaxy/domain';

const IMAGE = 'galaxy/engine:1.0';
const OTHER_IMAGE = 'galaxy/engine:1.1';

const DECISIONS = {
  start: 'create and start the container; the outcome says how that went',
  stop: 'stop the container and verify it; the outcome says how that went',
  replay_no_op: 'success, nothing is touched: the game already is as the job wants it',
  conflict: 'failure, nothing is touched: the record forbids it',
  not_found: 'failure: the game has no record',
} as const satisfies Record<ReturnType<typeof decideStart> | ReturnType<typeof decideStop>, string>;

/** docs/status-machine.md: the diagram, the meanings and what start and stop jobs do, all asked of the domain itself. */
export function statusMachinePage(): string {
  return [
    '# The status machine of a runtime record',
    '<!-- Made from packages/domain by `npm run generate`. Changes made here are lost. -->',
    'One record per game tells what is known of its runtime. What is under way is told by the game’s open operation, never by an extra status.',
    fenced('mermaid', ['stateDiagram-v2', ...arrows()]),
    'A record enters when a start is accepted (`starting`), or as `removed` when a start was superseded before it did anything.',
    table(['status', 'meaning', 'may move to'], RUNTIME_STATUSES.map(statusRow)),
    [
      '- Every move outside an operation is a compare-and-swap on status and container id; a move the table does not have is refused with `invalid_transition`.',
      '- Every move sets `lastOpAt`. `stopped` also sets `stoppedAt` and keeps the container id; `removed` sets `removedAt` and drops it; `running` after a start clears both times.',
      '- `running` is `healthy` when the engine has just answered, `engine_unreachable` is `unhealthy`; after `starting`, `stopped` and `removed` the health is `unknown`.',
    ].join('\n'),
    '## What a job does',
    'Decided from the record alone, once the job’s turn has come: while an operation of the game is open, the next one waits. A record found `starting` was therefore left behind by an attempt that ended before its job did, and the job goes on from there.',
    table(['record', 'start, same image', 'start, other image', 'stop'], [null, ...RUNTIME_STATUSES].map(decisionRow)),
    table(
      ['decision', 'what it means'],
      Object.entries(DECISIONS).map(([decision, meaning]) => [code(decision), meaning]),
    ),
    '“Same image” compares the references as the producer wrote them. The codes of the outcomes are in [the error model](error-model.md).\n',
  ].join('\n\n');
}

function arrows(): string[] {
  const moves = RUNTIME_STATUSES.flatMap((from) => RUNTIME_TRANSITIONS[from].map((to) => `    ${from} --> ${to}`));
  return ['    [*] --> starting', '    [*] --> removed', ...moves];
}

function statusRow(status: RuntimeStatus): string[] {
  return [code(status), RUNTIME_STATUS_MEANINGS[status], RUNTIME_TRANSITIONS[status].map(code).join(', ')];
}

function decisionRow(status: RuntimeStatus | null): string[] {
  const record = status === null ? null : recordIn(status);
  const decisions = [decideStart(record, IMAGE), decideStart(record, OTHER_IMAGE), decideStop(record)];
  return [status === null ? 'none' : code(status), ...decisions.map(code)];
}

function recordIn(status: RuntimeStatus): RuntimeRecord {
  return { ...newRuntimeRecord({ gameId: 'g1', imageRef: IMAGE, status: 'starting', now: new Date(0) }), status };
}

const code = (text: string) => `\`${text}\``;
const row = (cells: readonly string[]) => `| ${cells.join(' | ')} |`;
const table = (heads: readonly string[], rows: readonly (readonly string[])[]) =>
  [row(heads), row(heads.map(() => '---')), ...rows.map(row)].join('\n');
const fenced = (language: string, lines: readonly string[]) => ['```' + language, ...lines, '```'].join('\n');
