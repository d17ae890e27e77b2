import { startFakeDockerEngine } from '@galaxy/fake-docker';
import { containerEngineContract, containerFleetContract } from '@galaxy/manager-port-contracts';
import { uniqueName } from '@galaxy/testing';
import { openDockerWorld } from './docker-world.test-support.js';

// The suites that run on a real daemon: what it promises through the adapter, the fake one must promise, too.
containerEngineContract('Docker on a fake engine', openFakeWorld);
containerFleetContract('Docker on a fake engine', openFakeWorld);

async function openFakeWorld() {
  const daemon = await startFakeDockerEngine();
  const world = await openDockerWorld(uniqueName('net'), daemon);
  const close = async () => {
    await world.close();
    await daemon.stop();
  };
  return { ...world, close };
}
