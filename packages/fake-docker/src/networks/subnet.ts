import type { SubnetBase } from './address-block.js';

/** The number of addresses for containers in a /20: all but those of the network, the gateway and the broadcast. */
export const SUBNET_ADDRESSES = 4093;

/** The addresses of one network. As in the real daemon, the lowest free address is taken, so addresses are soon used again. */
export class Subnet {
  readonly base: SubnetBase;
  readonly #size: number;
  readonly #taken = new Set<number>();
  #lowestFree = 0;

  constructor(base: SubnetBase, size: number) {
    this.base = base;
    this.#size = Math.min(size, SUBNET_ADDRESSES);
  }

  /** The range in the notation of the API, e.g. `127.23.16.0/20`. */
  get cidr(): string {
    return `${this.base.prefix}.${this.base.third}.0/20`;
  }

  /** The address of the bridge. */
  get gateway(): string {
    return this.#address(-1);
  }

  /** Takes a free address; null when there is none. */
  take(): string | null {
    while (this.#taken.has(this.#lowestFree)) this.#lowestFree += 1;
    if (this.#lowestFree >= this.#size) return null;
    this.#taken.add(this.#lowestFree);
    return this.#address(this.#lowestFree);
  }

  /** Makes an address free again. */
  giveBack(address: string): void {
    const [, , third = 0, fourth = 0] = address.split('.').map(Number);
    const index = (third - this.base.third) * 256 + fourth - 2;
    this.#taken.delete(index);
    this.#lowestFree = Math.min(this.#lowestFree, index);
  }

  #address(index: number): string {
    const offset = index + 2;
    return `${this.base.prefix}.${this.base.third + Math.floor(offset / 256)}.${offset % 256}`;
  }
}
