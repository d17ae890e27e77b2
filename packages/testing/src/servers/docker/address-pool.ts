import { readFile, writeFile } from 'node:fs/promises';
import { networkInterfaces } from 'node:os';
import { join } from 'node:path';
import { run } from '../processes/run.js';

/** A range of addresses that only one private Docker Engine on this machine uses. */
export interface AddressPool {
  /** E.g. `10.101.0.0/16`. */
  readonly base: string;
  /** The bridge that reserves the range. It is the default bridge of the engine, and its own network is the last one of the range. */
  readonly bridge: string;
}

interface BridgeAddress {
  readonly ifname: string;
  readonly addr_info?: readonly { readonly local?: string }[];
}

const candidates = [
  ...Array.from({ length: 190 }, (_, index) => `10.${index + 64}`),
  ...Array.from({ length: 14 }, (_, index) => `172.${index + 18}`),
];

/**
 * Reserves a range that no address or route of this machine uses. It creates a bridge with the name of the range: if two engines want
 * the same range, one of them cannot create the bridge and takes the next range. The range is written into the work directory, for
 * `removeBridgesOf`. The engine gets a default bridge also because dockerd with `--bridge=none` deletes `docker0` of an installed
 * Docker.
 */
export async function reserveAddressPool(dir: string, ip: string): Promise<AddressPool> {
  const taken = await takenRanges();
  const free = shuffled(candidates.filter((prefix) => !taken.some((range) => overlaps(prefix, range))));
  for (const prefix of free) {
    const bridge = `gtk-${prefix.replace('.', '-')}`;
    await writeFile(join(dir, 'address-pool'), prefix);
    if (!(await succeeds(run(ip, ['link', 'add', bridge, 'type', 'bridge'])))) continue;
    await run(ip, ['address', 'add', `${prefix}.252.1/22`, 'dev', bridge]);
    await run(ip, ['link', 'set', bridge, 'up']);
    return { base: `${prefix}.0.0/16`, bridge };
  }
  throw new Error('no private address range is free for a Docker Engine of our own');
}

/** Removes every bridge with an address in the range of the work directory: that of the engine, and those of its networks. */
export async function removeBridgesOf(dir: string): Promise<void> {
  const prefix = await readFile(join(dir, 'address-pool'), 'utf8').catch(() => undefined);
  if (prefix === undefined) return;
  const bridges = JSON.parse(await run('ip', ['-json', '-4', 'address', 'show', 'type', 'bridge'])) as readonly BridgeAddress[];
  const ours = bridges.filter((bridge) => bridge.addr_info?.some((info) => info.local?.startsWith(`${prefix}.`)));
  // A bridge that is gone already is no error: the engine may be removing its own bridges at this moment.
  await Promise.all(ours.map((bridge) => succeeds(run('ip', ['link', 'delete', bridge.ifname]))));
}

interface Range {
  readonly address: number;
  readonly mask: number;
}

/** Every range with an address or a route on this machine, except the default route, which covers everything. */
async function takenRanges(): Promise<readonly Range[]> {
  const addresses = Object.values(networkInterfaces()).flatMap((list) => list ?? []);
  const local = addresses.filter((address) => address.family === 'IPv4').map(({ address, netmask }) => rangeOf(address, netmask));
  // Destination and mask of /proc/net/route are hexadecimal, least significant byte first.
  const routes = (await readFile('/proc/net/route', 'utf8')).trim().split('\n').slice(1);
  const routed = routes
    .map((line) => line.split('\t'))
    .map(([, to = '0', , , , , , mask = '0']) => ({ address: swapped(to), mask: swapped(mask) }));
  return [...local, ...routed.filter((range) => range.mask !== 0)];
}

function overlaps(prefix: string, range: Range): boolean {
  const ours = rangeOf(`${prefix}.0.0`, '255.255.0.0');
  const mask = (ours.mask & range.mask) >>> 0;
  return (ours.address & mask) >>> 0 === (range.address & mask) >>> 0;
}

function rangeOf(address: string, mask: string): Range {
  return { address: numberOf(address), mask: numberOf(mask) };
}

function numberOf(dotted: string): number {
  return dotted.split('.').reduce((sum, part) => sum * 256 + Number(part), 0);
}

function swapped(hex: string): number {
  return Buffer.from(hex.padStart(8, '0'), 'hex').readUInt32LE();
}

function shuffled<T>(list: readonly T[]): readonly T[] {
  return list
    .map((value) => ({ value, at: Math.random() }))
    .sort((a, b) => a.at - b.at)
    .map(({ value }) => value);
}

async function succeeds(action: Promise<unknown>): Promise<boolean> {
  return action.then(
    () => true,
    () => false,
  );
}
