import { containerEngineContract } from '@galaxy/manager-port-contracts';
import { testServers, uniqueName } from '@galaxy/testing';
import { afterAll } from 'vitest';
import { openDockerWorld } from './docker-world.test-support.js';

const { docker } = testServers();
const network = uniqueName('net');

afterAll(async () => {
  await docker.call({ method: 'DELETE', path: `/networks/${network}` });
});

containerEngineContract('Docker', () => openDockerWorld(network));
