import { randomBytes } from 'node:crypto';
import { ApiRefusal } from '../api/api-refusal.js';
import type { AddressBlock } from './address-block.js';
import { SUBNET_ADDRESSES, Subnet } from './subnet.js';

/** The body of a call that creates a network. */
export interface NetworkBody {
  readonly Name?: string;
  readonly Driver?: string;
  readonly CheckDuplicate?: boolean;
  readonly Labels?: Readonly<Record<string, string>> | null;
  readonly Options?: Readonly<Record<string, string>> | null;
  readonly IPAM?: { readonly Config?: readonly { readonly Subnet?: string }[] | null } | null;
}

/** One network. `subnet` is null for a network without addresses (`host`, `none`). */
export interface FakeNetwork {
  readonly id: string;
  readonly name: string;
  readonly driver: string;
  readonly created: Date;
  readonly labels: Readonly<Record<string, string>>;
  readonly options: Readonly<Record<string, string>>;
  readonly subnet: Subnet | null;
  /** The address of each running container on it, by container id. */
  readonly attached: Map<string, string>;
}

const PREDEFINED = ['bridge', 'host', 'none'];

/** The networks of one fake daemon. */
export class NetworkTable {
  readonly #block: AddressBlock;
  readonly #bridgePorts: number;
  #networks: FakeNetwork[] = [];

  /** @param bridgePorts how many containers one bridge can have. */
  constructor(block: AddressBlock, bridgePorts: number) {
    this.#block = block;
    this.#bridgePorts = bridgePorts;
    this.reset();
  }

  /** Every network. */
  get all(): readonly FakeNetwork[] {
    return this.#networks;
  }

  /** Removes all networks but the predefined ones, as a daemon with an empty data root does. */
  reset(): void {
    for (const { subnet } of this.#networks) if (subnet !== null) this.#block.giveBack(subnet.base);
    this.#networks = [];
    this.#add({ Name: 'bridge', Driver: 'bridge' }, this.#subnet({}));
    this.#add({ Name: 'host', Driver: 'host' }, null);
    this.#add({ Name: 'none', Driver: 'null' }, null);
  }

  /** Creates a network. Without `CheckDuplicate`, a second one with the same name is possible. @throws ApiRefusal */
  create(body: NetworkBody): { readonly network: FakeNetwork; readonly warning: string } {
    const { Name: name = '', Driver: driver = 'bridge' } = body;
    if (name === '') throw new ApiRefusal(500, 'invalid name: ');
    if (PREDEFINED.includes(name)) throw new ApiRefusal(403, `operation is not permitted on predefined ${name} network `);
    const namesake = this.#networks.find((network) => network.name === name);
    if (namesake !== undefined && body.CheckDuplicate === true) throw new ApiRefusal(409, `network with name ${name} already exists`);
    if (driver !== 'bridge') throw new ApiRefusal(404, `plugin "${driver}" not found`);
    const warning = namesake === undefined ? '' : `Network with name ${name} (id : ${namesake.id}) already exists`;
    return { network: this.#add(body, this.#subnet(body)), warning };
  }

  /** Finds a network by its id, its name or the beginning of its id. @throws ApiRefusal when there is not exactly one. */
  find(target: string, ambiguous: (count: number) => string): FakeNetwork {
    const whole = this.#networks.filter(({ id, name }) => id === target || name === target);
    const found = whole.length > 0 ? whole : this.#networks.filter(({ id }) => target !== '' && id.startsWith(target));
    const [first] = found;
    if (first === undefined) throw new ApiRefusal(404, `network ${target} not found`);
    if (found.length > 1) throw new ApiRefusal(400, ambiguous(found.length));
    return first;
  }

  /** Removes a network without running containers. @throws ApiRefusal */
  remove(target: string): FakeNetwork {
    const network = this.find(target, (count) => `network ${target} is ambiguous (${count} matches found based on name)`);
    const { id, name, subnet } = network;
    if (PREDEFINED.includes(name)) throw new ApiRefusal(403, `${name} is a pre-defined network and cannot be removed`);
    if (network.attached.size > 0) throw new ApiRefusal(403, `error while removing network: network ${name} id ${id} has active endpoints`);
    this.#networks = this.#networks.filter((other) => other !== network);
    if (subnet !== null) this.#block.giveBack(subnet.base);
    return network;
  }

  /** Attaches a container and returns its address; '' on a network without addresses. @throws ApiRefusal when there is no capacity. */
  attach({ id, name, subnet, attached }: FakeNetwork, containerId: string): string {
    if (attached.size >= this.#bridgePorts) throw noPort(containerId, name, id);
    const address = subnet === null ? '' : subnet.take();
    if (address === null) throw new ApiRefusal(500, `no available IPv4 addresses on this network's address pools: ${name} (${id})`);
    attached.set(containerId, address);
    return address;
  }

  /** Detaches a container, and makes its address free. */
  detach(network: FakeNetwork, containerId: string): void {
    const address = network.attached.get(containerId);
    network.attached.delete(containerId);
    if (address !== undefined && address !== '') network.subnet?.giveBack(address);
  }

  #add(body: NetworkBody, subnet: Subnet | null): FakeNetwork {
    const network: FakeNetwork = {
      id: randomBytes(32).toString('hex'),
      name: body.Name ?? '',
      driver: body.Driver ?? 'bridge',
      created: new Date(),
      labels: body.Labels ?? {},
      options: body.Options ?? {},
      subnet,
      attached: new Map(),
    };
    this.#networks.push(network);
    return network;
  }

  // A range in the body limits only how many addresses there are. The addresses come from the block of this daemon.
  #subnet({ IPAM }: NetworkBody): Subnet {
    const prefix = /\/(\d+)$/.exec(IPAM?.Config?.[0]?.Subnet ?? '')?.[1];
    const size = prefix === undefined ? SUBNET_ADDRESSES : 2 ** (32 - Number(prefix)) - 3;
    const base = this.#block.takeSubnet();
    if (base === null)
      throw new ApiRefusal(
        404,
        'could not find an available, non-overlapping IPv4 address pool among the defaults to assign to the network',
      );
    return new Subnet(base, size);
  }
}

// The error of the kernel when a bridge has no free port (EXFULL).
function noPort(containerId: string, name: string, networkId: string): ApiRefusal {
  const [veth, bridge] = [`veth${containerId.slice(0, 7)}`, `br-${networkId.slice(0, 12)}`];
  const cause = `adding interface ${veth} to bridge ${bridge} failed: exchange full`;
  return new ApiRefusal(500, `failed to create endpoint ${containerId.slice(0, 12)} on network ${name}: ${cause}`);
}
