import { ApiRefusal } from '../api/api-refusal.js';
import type { ApiCall } from '../api/endpoints.js';
import { labelMatches, nameMatches, readFilters } from '../api/filters.js';
import type { Reply } from '../api/reply.js';
import { empty, json } from '../api/reply.js';
import type { FakeDaemon } from '../fake-daemon.js';
import type { FakeNetwork, NetworkBody } from './network-table.js';

/** The handlers of calls about networks. */
export const networkRoutes = {
  network_list: (daemon: FakeDaemon, { query }: ApiCall): Reply => {
    const filters = readFilters(query, ['dangling', 'driver', 'id', 'label', 'name', 'scope', 'type']);
    const any = (key: string, test: (value: string) => boolean) => filters.get(key)?.some(test) ?? true;
    const chosen = daemon.networks.all.filter(
      ({ id, name, driver, labels }) =>
        any('name', (value) => nameMatches(name, value)) &&
        any('id', (value) => id.startsWith(value)) &&
        any('driver', (value) => driver === value) &&
        (filters.get('label')?.every((label) => labelMatches(labels, label)) ?? true),
    );
    return json(chosen.map((network) => networkView(daemon, network)));
  },
  network_create: (daemon: FakeDaemon, { body }: ApiCall): Reply => {
    if (body === undefined) throw new ApiRefusal(400, 'got EOF while reading request body');
    const { network, warning } = daemon.networks.create(body as NetworkBody);
    daemon.events.network('create', network);
    return json({ Id: network.id, Warning: warning }, 201);
  },
  network_inspect: (daemon: FakeDaemon, { target }: ApiCall): Reply => {
    const network = daemon.networks.find(target, (count) => `${count} matches found based on name: network ${target} is ambiguous`);
    return json(networkView(daemon, network));
  },
  network_remove: (daemon: FakeDaemon, { target }: ApiCall): Reply => {
    daemon.events.network('destroy', daemon.networks.remove(target));
    return empty(204);
  },
};

function networkView(daemon: FakeDaemon, { id, name, driver, created, labels, options, subnet, attached }: FakeNetwork): object {
  const containers = [...attached].map(([container, address]) => {
    const view = { Name: daemon.containers.peek(container)?.name ?? '', EndpointID: container, IPv4Address: `${address}/20` };
    return [container, view] as const;
  });
  return {
    Name: name,
    Id: id,
    Created: created.toISOString(),
    Scope: 'local',
    Driver: driver,
    EnableIPv6: false,
    IPAM: { Driver: 'default', Options: null, Config: subnet === null ? [] : [{ Subnet: subnet.cidr, Gateway: subnet.gateway }] },
    Internal: false,
    Containers: Object.fromEntries(containers),
    Options: options,
    Labels: labels,
  };
}
