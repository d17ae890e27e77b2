import { randomInt } from 'node:crypto';
import { once } from 'node:events';
import { createServer } from 'node:net';

// Below Linux's usual ephemeral range (32768 and up): an outgoing connection can then never sit on the port of a server
// that was killed and is about to be restarted.
const firstPort = 20_000;
const lastPort = 32_767;

/** A loopback TCP port that nothing listens on at this moment. Throws when 50 random ones are all taken. */
export async function freePort(): Promise<number> {
  for (let attempt = 0; attempt < 50; attempt += 1) {
    const port = randomInt(firstPort, lastPort + 1);
    if (await canListen(port)) return port;
  }
  throw new Error(`no free port between ${firstPort} and ${lastPort}`);
}

async function canListen(port: number): Promise<boolean> {
  const server = createServer();
  try {
    server.listen(port, '127.0.0.1');
    await once(server, 'listening');
    return true;
  } catch {
    return false;
  } finally {
    server.close();
  }
}
