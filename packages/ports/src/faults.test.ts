import { readFileSync } from 'node:fs';
import { InvalidTransitionError } from '@galaxy/domain';
import { describe, expect, it } from 'vitest';
import {
  type Dependency,
  DependencyFault,
  InvalidInputError,
  PublishIdConflictError,
  RuntimeConflictError,
  RuntimeFault,
  RuntimeNotFoundError,
} from './faults.js';

const dependencies: readonly Dependency[] = ['redis', 'postgres', 'container_engine', 'game_engine'];
const cause = new Error('socket hang up');

const dependencyFault = (dependency: Dependency, retryable: boolean) =>
  new DependencyFault({ message: 'no answer', retryable, cause, dependency, effect: 'unknown' });

describe('faults', () => {
  it('carry a stable code, whether a retry may help, and their own name', () => {
    expect(new InvalidInputError('bad')).toMatchObject({
      code: 'invalid_input',
      retryable: false,
      name: 'InvalidInputError',
      message: 'bad',
    });
    expect(new RuntimeNotFoundError('g1')).toMatchObject({
      code: 'runtime_not_found',
      retryable: false,
      name: 'RuntimeNotFoundError',
      gameId: 'g1',
    });
    expect(new RuntimeConflictError('g1')).toMatchObject({
      code: 'runtime_conflict',
      retryable: false,
      name: 'RuntimeConflictError',
      gameId: 'g1',
    });
    expect(new PublishIdConflictError('order-1', 'withdrawn')).toMatchObject({
      code: 'publish_id_conflict',
      retryable: false,
      name: 'PublishIdConflictError',
      id: 'order-1',
      conflict: 'withdrawn',
    });
  });

  it('are errors of one family', () => {
    const faults = [
      new InvalidInputError('bad'),
      new RuntimeNotFoundError('g1'),
      new RuntimeConflictError('g1'),
      new PublishIdConflictError('order-1', 'other_job'),
      dependencyFault('redis', true),
    ];
    for (const fault of faults) {
      expect(fault).toBeInstanceOf(RuntimeFault);
      expect(fault).toBeInstanceOf(Error);
      expect(fault.stack).toContain(fault.message);
    }
  });

  it('quote the game id, so that it cannot forge a line of a log', () => {
    expect(new RuntimeNotFoundError('a\nb').message).toBe('no runtime record exists for game "a\\nb"');
    expect(new RuntimeConflictError('a\nb').message).toBe('the runtime record of game "a\\nb" is not as expected');
  });

  it('keep their cause, and have none when none was given', () => {
    expect(new InvalidInputError('bad', cause).cause).toBe(cause);
    expect(dependencyFault('redis', true).cause).toBe(cause);
    expect('cause' in new InvalidInputError('bad')).toBe(false);
  });
});

describe('DependencyFault', () => {
  it.each(dependencies)('is %s_unavailable when a retry may help, and %s_refused when the server will go on refusing', (dependency) => {
    expect(dependencyFault(dependency, true)).toMatchObject({ code: `${dependency}_unavailable`, retryable: true });
    expect(dependencyFault(dependency, false)).toMatchObject({ code: `${dependency}_refused`, retryable: false });
  });

  it('takes the name of a store of another team, and makes its code of it', () => {
    const sqlite = { message: 'database is locked', dependency: 'sqlite', effect: 'not_done' } as const;
    expect(new DependencyFault({ ...sqlite, retryable: true })).toMatchObject({ dependency: 'sqlite', code: 'sqlite_unavailable' });
    expect(new DependencyFault({ ...sqlite, retryable: false })).toMatchObject({ dependency: 'sqlite', code: 'sqlite_refused' });
  });

  it('tells which server it was and whether the call may have had an effect', () => {
    expect(dependencyFault('postgres', true)).toMatchObject({ name: 'DependencyFault', dependency: 'postgres', effect: 'unknown' });
  });
});

describe('docs/error-model.md', () => {
  it('explains every code a port can throw, and whether a retry may help', () => {
    const thrown = [
      ...dependencies.flatMap((dependency) => [dependencyFault(dependency, true), dependencyFault(dependency, false)]),
      new InvalidInputError('bad'),
      new InvalidTransitionError('finished', 'running'),
      new RuntimeNotFoundError('g1'),
      new RuntimeConflictError('g1'),
      new PublishIdConflictError('order-1', 'other_job'),
    ];
    const page = readFileSync(new URL('../../../docs/error-model.md', import.meta.url), 'utf8');
    const chapter = page.slice(page.indexOf('## Fault codes'));
    const explained = [...chapter.matchAll(/^\| `(\w+)` \| (yes|no) \|/gm)].map(([, code, retryable]) => [code, retryable === 'yes']);
    expect(explained).toEqual(thrown.map(({ code, retryable }) => [code, retryable]));
  });
});
