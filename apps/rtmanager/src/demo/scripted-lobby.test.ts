import type { JobResult, RuntimeManager } from '@galaxy/ports';
import { describe, expect, it } from 'vitest';
import { playLobby } from './scripted-lobby.js';
import type { DemoRow } from './table.js';
import { tableHead, tableRow } from './table.js';

const result = (gameId: string, over: Partial<JobResult> = {}): JobResult => ({
  gameId,
  outcome: 'success',
  containerId: 'c'.repeat(64),
  engineEndpoint: `http://galaxy-game-${gameId}:8080`,
  errorCode: '',
  errorMessage: '',
  ...over,
});

// A runtime manager that answers every job at once. Its first result is of a game that the demo does not know.
function answering(answer: (gameId: string) => JobResult = result) {
  const published: string[] = [];
  const waiting: { result: JobResult }[] = [{ result: result('not-ours') }];
  const publish = (job: 'start' | 'stop', gameId: string) => {
    published.push(`${job} ${gameId}`);
    waiting.push({ result: answer(gameId) });
    return Promise.resolve({ stream: `${job}_jobs`, entryId: `${String(published.length)}-0` } as const);
  };
  const runtimeManager: RuntimeManager = {
    publishStartJob: (gameId) => publish('start', gameId),
    publishStopJob: (gameId) => publish('stop', gameId),
    wasPublished: () => Promise.reject(new Error('the demo gives no ids')),
  };
  const next = () =>
    Promise.resolve(waiting.length === 0 ? { done: true as const, value: undefined } : { value: waiting.shift() as { result: JobResult } });
  return { published, lobby: { runtimeManager, results: { next } } };
}

const games = ['a', 'b', 'c'] as const;

describe('playLobby', () => {
  it('starts three games, stops two, and shows each result', async () => {
    const { published, lobby } = answering();
    const rows: DemoRow[] = [];
    await playLobby(lobby, { games, imageRef: 'galaxy/demo-engine:1.0.0', monotonicMs: () => 7, show: (row) => rows.push(row) });
    expect(published).toEqual(['start a', 'start b', 'start c', 'stop a', 'stop b']);
    expect(rows.map(({ job, result: { gameId } }) => `${job} ${gameId}`)).toEqual(published);
  });

  it('rejects when a job fails', async () => {
    const { lobby } = answering((gameId) =>
      result(gameId, { outcome: 'failure', errorCode: 'image_pull_failed', errorMessage: 'not found' }),
    );
    const play = playLobby(lobby, { games, imageRef: 'x:1', monotonicMs: () => 0, show: () => undefined });
    await expect(play).rejects.toThrow('the start of a failed: image_pull_failed not found');
  });

  it('rejects when the results end early', async () => {
    const { lobby } = answering(() => result('not-ours'));
    const play = playLobby(lobby, { games, imageRef: 'x:1', monotonicMs: () => 0, show: () => undefined });
    await expect(play).rejects.toThrow('ended before every job was answered');
  });
});

describe('the table', () => {
  it('puts every cell under its heading', () => {
    const [heading = ''] = tableHead().split('\n');
    const row = tableRow({ job: 'stop', result: result('alpha', { containerId: '', errorCode: 'replay_no_op' }), tookMs: 12.4 });
    const bars = (text: string) => [...text.matchAll(/│/g)].map(({ index }) => index);
    expect(bars(row)).toEqual(bars(heading));
    expect(row).toMatch(/stop .*alpha .*success .*12 ms .*replay_no_op .*– /);
  });
});
