import type { EngineClient } from '@galaxy/manager-ports';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';

/** An engine client with addresses of engines to ask. */
export interface EngineClientUnderTest {
  readonly client: EngineClient;
  /** Of an engine that is ready. */
  readonly healthy: string;
  /** Of an engine that answers that it is not ready yet. */
  readonly starting: string;
  /** Where nothing listens. */
  readonly gone: string;
  /** Of an engine that takes the request and never answers. */
  readonly silent: string;
  close(): Promise<void>;
}

/** What an adapter can't show, each with the reason. */
export interface EngineClientLimits {
  readonly silent?: string;
}

const never = new AbortController().signal;

/** The promises of {@link EngineClient}, for an adapter to pass. */
export function engineClientContract(name: string, open: () => Promise<EngineClientUnderTest>, cannot: EngineClientLimits = {}): void {
  describe(`EngineClient: ${name}`, () => {
    let engines: EngineClientUnderTest;
    beforeEach(async () => {
      engines = await open();
    });
    afterEach(() => engines.close());

    it('tells that an engine is healthy, again and again', async () => {
      const answers = await Promise.all(
        Array.from({ length: 20 }, () => engines.client.health(engines.healthy, new AbortController().signal)),
      );
      expect(answers).toEqual(answers.map(() => ({ kind: 'healthy' })));
    });

    it('tells that an engine is not ready', async () => {
      expect(await engines.client.health(engines.starting, never)).toMatchObject({ kind: 'unhealthy', detail: expect.any(String) });
    });

    it('tells that nothing answers: an expected outcome, not a fault', async () => {
      expect(await engines.client.health(engines.gone, never)).toMatchObject({ kind: 'unreachable', detail: expect.any(String) });
    });

    it('is unreachable when the signal was aborted before', async () => {
      expect(await engines.client.health(engines.healthy, AbortSignal.abort())).toMatchObject({ kind: 'unreachable' });
    });

    it.skipIf(cannot.silent)("ends within the client's own deadline", async () => {
      expect(await engines.client.health(engines.silent, never)).toMatchObject({ kind: 'unreachable' });
    });

    it.skipIf(cannot.silent)('ends when the signal aborts', async () => {
      const abort = new AbortController();
      const answer = engines.client.health(engines.silent, abort.signal);
      abort.abort();
      expect(await answer).toMatchObject({ kind: 'unreachable' });
    });
  });
}
