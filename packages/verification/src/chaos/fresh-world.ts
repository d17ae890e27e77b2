import { freshDatabase } from '@galaxy/testing';
import { openWorldOn, type World, type WorldServers } from '../harness/service-world.js';

/** Does something in a world with a fresh database on the given servers, then removes both. */
export async function inFreshWorld(servers: WorldServers, act: (world: World) => Promise<void>): Promise<void> {
  const database = await freshDatabase(servers.postgresUrl);
  const world = openWorldOn({ ...servers, postgresUrl: database.url });
  try {
    await act(world);
  } finally {
    await world.close();
    await database.drop();
  }
}
