import { containerFleetContract } from '@galaxy/port-contracts';
import { localLimits, openLocalWorld } from './local-world.test-support.js';

containerFleetContract('local processes', openLocalWorld, localLimits);
