import { describe, expect, it } from 'vitest';
import { waitFor } from './wait-for.js';

describe('waitFor', () => {
  it('returns what the probe finds; a probe that throws means "not yet"', async () => {
    let looks = 0;
    const probe = (): string | undefined => {
      looks += 1;
      if (looks === 1) throw new Error('refused');
      return looks === 3 ? 'found' : undefined;
    };
    expect(await waitFor('it', probe, { everyMs: 1 })).toBe('found');
    expect(looks).toBe(3);
  });

  it('rejects with what it waited for, and with the last error of the probe', async () => {
    const probe = (): boolean => {
      throw new Error('refused');
    };
    const failure: unknown = await waitFor('the server', probe, { timeoutMs: 20, everyMs: 5 }).catch((error: unknown) => error);
    expect(failure).toMatchObject({ message: 'the server: not seen within 20 ms', cause: { message: 'refused' } });
  });

  it('ends when waiting makes no sense any more, after one more probe', async () => {
    let looks = 0;
    const never = (): boolean => {
      looks += 1;
      return false;
    };
    const hopeless = (): string | undefined => (looks === 2 ? 'it has ended' : undefined);
    await expect(waitFor('the server', never, { everyMs: 1, hopeless })).rejects.toThrow(
      'the server: never to be seen, since it has ended',
    );
    expect(looks).toBe(3);
    expect(await waitFor('the server', () => 'late', { hopeless: () => 'it has ended' })).toBe('late');
  });
});
