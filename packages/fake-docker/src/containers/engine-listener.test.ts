import { expect, it } from 'vitest';
import { EngineListener } from './engine-listener.js';

// No fake daemon uses this address.
const address = '127.255.0.1';

it('can be closed at any moment while it opens, and does not listen afterwards', async () => {
  for (let moment = 0; moment < 20; moment += 1) {
    const listener = new EngineListener();
    const opening = listener.open(address, {}, undefined);
    for (let turn = 0; turn < moment; turn += 1) await Promise.resolve();
    listener.close();
    await opening;
    await expect(fetch(`http://${address}:8080/healthz`)).rejects.toThrow('fetch failed');
  }
});

it('rejects an address that is taken', async () => {
  const [first, second] = [new EngineListener(), new EngineListener()];
  await first.open(address, {}, undefined);
  await expect(second.open(address, {}, undefined)).rejects.toThrow('EADDRINUSE');
  first.close();
});
