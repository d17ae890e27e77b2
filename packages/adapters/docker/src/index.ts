export { DockerContainerEngine } from './docker-container-engine.js';
export { DockerContainerFleet } from './docker-container-fleet.js';
export type {
  ContainerLimits,
  DockerDeadlines,
  DockerEngineOptions,
  EventLimits,
  PullLimits,
  RegistryAuth,
} from './docker-engine-options.js';
