import { clockContract, idsContract } from '@galaxy/manager-port-contracts';
import { systemClock, systemIds } from './system.js';

clockContract('system', () => ({ clock: systemClock, pass: (ms) => systemClock.sleep(ms) }));
idsContract('system', () => systemIds);
