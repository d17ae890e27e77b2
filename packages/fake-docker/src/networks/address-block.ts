import { once } from 'node:events';
import type { Server } from 'node:net';
import { createServer } from 'node:net';

/** The port of every game engine. */
export const ENGINE_PORT = 8080;

const SUBNETS = 15;

/** The part of the loopback range that one fake daemon has for itself, 127.n.0.0/16. All its addresses work without any set-up. */
export interface AddressBlock {
  /** Takes the lowest free /20 of the block; null when all are taken. */
  takeSubnet(): SubnetBase | null;
  /** Makes a subnet free again. */
  giveBack(base: SubnetBase): void;
  /** Makes the block free for other fake daemons. */
  release(): void;
}

/** The first address of a /20, e.g. `{ prefix: '127.23', third: 16 }` for 127.23.16.0. */
export interface SubnetBase {
  readonly prefix: string;
  readonly third: number;
}

/**
 * Reserves a block that no other fake daemon on this machine has, in any process. While it has the block, it listens on the last
 * address of it. Rejects when no block is free.
 */
export async function reserveAddressBlock(): Promise<AddressBlock> {
  const first = Math.floor(Math.random() * 254);
  for (let tried = 0; tried < 254; tried += 1) {
    const prefix = `127.${((first + tried) % 254) + 1}`;
    const lock = await lockOn(`${prefix}.255.254`);
    if (lock !== null) return blockOf(prefix, lock);
  }
  throw new Error(`no range of 127.0.0.0/8 is free on port ${ENGINE_PORT}: does something listen on all addresses there?`);
}

async function lockOn(host: string): Promise<Server | null> {
  const lock = createServer((socket) => socket.destroy());
  try {
    lock.listen(ENGINE_PORT, host);
    await once(lock, 'listening');
    lock.unref();
    return lock;
  } catch {
    return null;
  }
}

function blockOf(prefix: string, lock: Server): AddressBlock {
  const taken = new Set<number>();
  return {
    takeSubnet: () => {
      const free = Array.from({ length: SUBNETS }, (_, index) => index * 16).find((third) => !taken.has(third));
      if (free === undefined) return null;
      taken.add(free);
      return { prefix, third: free };
    },
    giveBack: ({ third }) => taken.delete(third),
    release: () => lock.close(),
  };
}
