import { containerFleetContract } from '@galaxy/manager-port-contracts';
import { localLimits, openLocalWorld } from './local-world.test-support.js';

containerFleetContract('local processes', openLocalWorld, localLimits);
