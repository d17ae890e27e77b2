import { posix } from 'node:path';
import { InvalidInputError } from '@galaxy/ports';
import { isUnprivilegedUser, isUserDefinedNetwork } from '../client/docker-engine-options.js';
import type { ContainerBody } from './container-request.js';
import { STATE_MOUNT } from './container-request.js';

/** The configuration that the policy depends on. */
export interface PolicyScope {
  /** Only folders directly below this one may be mounted from the host; null: none. */
  readonly stateRoot: string | null;
}

type Rule = (value: unknown, scope: PolicyScope) => boolean;

const is =
  (expected: unknown): Rule =>
  (value) =>
    JSON.stringify(value) === JSON.stringify(expected);
const isPositive: Rule = (value) => typeof value === 'number' && Number.isSafeInteger(value) && value > 0;
const isText: Rule = (value) => typeof value === 'string' && value !== '';
const isYesOrNo: Rule = (value) => typeof value === 'boolean';
const anything: Rule = () => true;
const optional =
  (rule: Rule): Rule =>
  (value, scope) =>
    value === undefined || rule(value, scope);

const TOP_RULES: Readonly<Record<string, Rule>> = {
  Image: isText,
  User: (value) => typeof value === 'string' && isUnprivilegedUser(value),
  Hostname: isText,
  AttachStdin: is(false),
  OpenStdin: is(false),
  Tty: is(false),
  StopSignal: is('SIGTERM'),
  Env: anything,
  Labels: anything,
  NetworkingConfig: (value) => typeof value === 'object' && value !== null,
  HostConfig: (value) => typeof value === 'object' && value !== null,
};

const HOST_RULES: Readonly<Record<string, Rule>> = {
  Privileged: is(false),
  CapDrop: is(['ALL']),
  CapAdd: is([]),
  SecurityOpt: is(['no-new-privileges:true']),
  ReadonlyRootfs: is(true),
  Tmpfs: (value) => isTmpOnly(value),
  Memory: isPositive,
  MemorySwap: isPositive,
  OomScoreAdj: (value) => typeof value === 'number' && value >= 0,
  NanoCpus: isPositive,
  CpuShares: isPositive,
  PidsLimit: isPositive,
  Ulimits: Array.isArray,
  ShmSize: isPositive,
  Init: isYesOrNo,
  NetworkMode: (value) => typeof value === 'string' && isUserDefinedNetwork(value),
  PublishAllPorts: is(false),
  IpcMode: is('private'),
  CgroupnsMode: is('private'),
  RestartPolicy: is({ Name: 'no', MaximumRetryCount: 0 }),
  AutoRemove: is(false),
  LogConfig: (value) => typeof value === 'object' && value !== null,
  Mounts: optional((value, scope) => Array.isArray(value) && value.length === 1 && isStateMount(value[0], scope)),
  Runtime: optional(isText),
  CgroupParent: optional(isText),
};

/**
 * Checks the body of a create just before it is sent; everything that is not allowed is refused. Every field must have a value that
 * the policy allows, and no other field may exist. So a field that a later version adds is refused until someone adds a rule for it.
 * @throws InvalidInputError that names the first field against the policy.
 */
export function assertPolicy(body: ContainerBody, scope: PolicyScope): void {
  check('', body, TOP_RULES, scope);
  check('HostConfig.', body.HostConfig, HOST_RULES, scope);
  if (body.HostConfig.Memory !== body.HostConfig.MemorySwap) throw refused('HostConfig.MemorySwap');
  const networks = Object.keys(body.NetworkingConfig?.EndpointsConfig ?? {});
  if (networks.length !== 1 || networks[0] !== body.HostConfig.NetworkMode) throw refused('NetworkingConfig');
}

function check(prefix: string, fields: object, rules: Readonly<Record<string, Rule>>, scope: PolicyScope): void {
  const values = new Map<string, unknown>(Object.entries(fields));
  for (const name of values.keys()) if (!Object.hasOwn(rules, name)) throw refused(prefix + name);
  for (const [name, rule] of Object.entries(rules)) if (!rule(values.get(name), scope)) throw refused(prefix + name);
}

const refused = (field: string) => new InvalidInputError(`docker: the container's ${field} is against the policy`);

function isTmpOnly(value: unknown): boolean {
  if (typeof value !== 'object' || value === null) return false;
  const mounts = Object.entries(value);
  return mounts.every(([path, options]) => path === '/tmp' && /^rw,noexec,nosuid,nodev,size=[1-9]\d*,mode=1777$/.test(String(options)));
}

function isStateMount(value: unknown, { stateRoot }: PolicyScope): boolean {
  if (stateRoot === null || typeof value !== 'object' || value === null || !('Source' in value)) return false;
  const source = value.Source;
  if (typeof source !== 'string' || posix.dirname(source) !== stateRoot || posix.normalize(source) !== source) return false;
  return is({ Type: 'bind', Source: source, Target: STATE_MOUNT, ReadOnly: false, BindOptions: { Propagation: 'rprivate' } })(value, {
    stateRoot,
  });
}
