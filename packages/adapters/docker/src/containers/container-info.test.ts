import { DependencyFault } from '@galaxy/ports';
import { describe, expect, it } from 'vitest';
import { inspectionOf, readContainerInfo } from './container-info.js';
import { labelsOf } from './labels.js';

const id = 'a'.repeat(64);
const spec = { gameId: 'g-1', opId: 'op', attempt: 2, imageRef: 'games/engine:1' };
const view = { instance: 'mine', network: 'games', addressing: 'container-ip' } as const;
const answer = (status: string, labels: object | null = labelsOf('mine', spec), ip = '10.0.0.2') => ({
  Id: id,
  State: { Status: status, ExitCode: 9, OOMKilled: true },
  Config: { Labels: labels },
  NetworkSettings: { Networks: { games: { IPAddress: ip }, other: null } },
});
const seen = (...args: Parameters<typeof answer>) => inspectionOf(readContainerInfo('inspect', answer(...args)), view, 'g-1');

describe('inspectionOf', () => {
  it.each([
    ['created', 'created'],
    ['running', 'running'],
    ['restarting', 'running'],
    ['paused', 'paused'],
    ['exited', 'exited'],
    ['removing', 'removing'],
    ['dead', 'exited'],
  ])('reads the state %s as %s', (status, state) => {
    expect(seen(status)).toMatchObject({ kind: 'ours', incarnation: { id, state, exitCode: state === 'exited' ? 9 : null } });
  });

  it('gives the address on our network, and only of a running one', () => {
    const addressOf = (...args: Parameters<typeof answer>) => {
      const inspection = seen(...args);
      return inspection.kind === 'ours' ? inspection.incarnation.address : inspection.kind;
    };
    expect(addressOf('running')).toBe('http://10.0.0.2:8080');
    expect(addressOf('exited')).toBeNull();
    expect(addressOf('running', undefined, '')).toBeNull();
    const info = readContainerInfo('inspect', answer('running'));
    expect(inspectionOf(info, { ...view, network: 'other' })).toMatchObject({ incarnation: { address: null } });
    expect(inspectionOf(info, { ...view, addressing: 'dns' })).toMatchObject({ incarnation: { address: 'http://galaxy-game-g-1:8080' } });
  });

  it.each([
    ['no labels', null],
    ['labels of others', { maintainer: 'x' }],
    ['another instance', labelsOf('other', spec)],
    ['another game', labelsOf('mine', { ...spec, gameId: 'g-2' })],
    ['no operation', { ...labelsOf('mine', spec), 'galaxy.op_id': '' }],
    ['no attempt', { ...labelsOf('mine', spec), 'galaxy.attempt': 'x' }],
  ])('is foreign with %s', (_, labels) => {
    expect(seen('running', labels)).toEqual({ kind: 'foreign', id });
  });

  it('does not guess at an unknown state', () => {
    expect(() => seen('molten')).toThrow(DependencyFault);
  });
});

it.each([[null], [Buffer.from('<html>')], [{}], [{ ...answer('running'), Id: '../x' }]])('is a fault for an answer like %j', (wrong) => {
  expect(() => readContainerInfo('inspect', wrong)).toThrow(DependencyFault);
});
