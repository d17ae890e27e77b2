import type { SubnetBase } from './address-block.js';

/** Addresses that one of our subnets has to give: a /20 without its own, the gateway's and the broadcast address. */
export const SUBNET_ADDRESSES = 4093;

/** The addresses of one network. As the real daemon's, the lowest free one is given, so that addresses soon come to others. */
export class Subnet {
  readonly base: SubnetBase;
  readonly #size: number;
  readonly #taken = new Set<number>();
  #lowestFree = 0;

  constructor(base: SubnetBase, size: number) {
    this.base = base;
    this.#size = Math.min(size, SUBNET_ADDRESSES);
  }

  /** In the notation of the API, e.g. `127.23.16.0/20`. */
  get cidr(): string {
    return `${this.base.prefix}.${this.base.third}.0/20`;
  }

  /** The address that the bridge itself would have. */
  get gateway(): string {
    return this.#address(-1);
  }

  /** A free address; null when there is none. */
  take(): string | null {
    while (this.#taken.has(this.#lowestFree)) this.#lowestFree += 1;
    if (this.#lowestFree >= this.#size) return null;
    this.#taken.add(this.#lowestFree);
    return this.#address(this.#lowestFree);
  }

  /** Gives an address back. */
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
