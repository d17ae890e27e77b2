import type { FakeDockerEngine } from '@galaxy/fake-docker';
import type { RtmanagerProcess } from '../harness/rtmanager-process.js';
import type { World } from '../harness/service-world.js';
import type { Injection } from './injection.js';
import type { Scenario } from './scenarios.js';

/** A cell that is being run. */
export interface Run {
  readonly world: World;
  readonly engine: FakeDockerEngine;
  readonly going: Scenario;
  readonly injection: Injection;
  /** The process in which the injection happens: of the service, or of a command. */
  readonly underTest: RtmanagerProcess;
}
