import { describe, expect, it } from 'vitest';
import { readProcessOptions } from './options.js';

describe('readProcessOptions', () => {
  it('listens on 0.0.0.0:8080 as a healthy engine when nothing is set', () => {
    expect(readProcessOptions({})).toEqual({ host: '0.0.0.0', port: 8080, neverReady: false, ignoreSigterm: false });
  });

  it('reads every variable', () => {
    const env = {
      HOST: '127.0.0.1',
      PORT: '9000',
      DEMO_READY_AFTER_MS: '10',
      DEMO_NEVER_READY: '1',
      DEMO_TURN_MS: '20',
      DEMO_FAIL_AT_TURN: '2',
      DEMO_FINISH_AT_TURN: '3',
      DEMO_STATE_DIR: '/data',
      DEMO_EXIT_BEFORE_READY: '0',
      DEMO_IGNORE_SIGTERM: 'true',
    };
    expect(readProcessOptions(env)).toEqual({
      host: '127.0.0.1',
      port: 9000,
      readyAfterMs: 10,
      neverReady: true,
      turnMs: 20,
      failAtTurn: 2,
      finishAtTurn: 3,
      stateDir: '/data',
      exitBeforeReady: 0,
      ignoreSigterm: true,
    });
  });

  it.each(['-1', '1.5', 'soon'])('refuses the number %s, naming the variable', (value) => {
    expect(() => readProcessOptions({ DEMO_TURN_MS: value })).toThrow('DEMO_TURN_MS must be a whole number');
  });
});
