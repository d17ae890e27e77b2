import { createHash } from 'node:crypto';
import type { RequestedJob } from '@galaxy/manager-ports';
import { storeJob } from './stored-job.js';

/**
 * The hash by which a request is known again: of all fields of its job but the time, which differs between two sendings of one
 * request. It does not depend on the order of fields.
 */
export function requestHash(job: RequestedJob): string {
  const asked = canonical({ ...storeJob(job), requestedAtMs: undefined });
  return createHash('sha256').update(asked).digest('hex');
}

function canonical(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(canonical).join(',')}]`;
  if (typeof value !== 'object' || value === null) return JSON.stringify(value);
  const fields = Object.entries(value).filter(([, field]) => field !== undefined);
  const sorted = fields.sort(([one], [other]) => (one < other ? -1 : 1));
  return `{${sorted.map(([name, field]) => `${JSON.stringify(name)}:${canonical(field)}`).join(',')}}`;
}
