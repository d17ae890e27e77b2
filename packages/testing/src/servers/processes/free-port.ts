import { randomInt } from 'node:crypto';
import { once } from 'node:events';
import { createServer } from 'node:net';

// Below the usual ephemeral range of Linux (32768 and up). So no outgoing connection can take the port of a server that was killed
// and is going to be restarted.
const firstPort = 20_000;
const lastPort = 32_767;

/** A loopback TCP port on which nothing listens at this moment. @throws Error when 50 random ports are all taken. */
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
