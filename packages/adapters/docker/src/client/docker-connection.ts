import { InvalidInputError } from '@galaxy/ports';
import Docker from 'dockerode';
import { OneCallAgent, TerseAgent } from './agents.js';

/** The clients of one daemon. */
export interface DockerConnection {
  /** For calls that are answered soon. */
  readonly quick: Docker;
  /** For calls that last as long as a grace or a pull, so that they never delay the others. */
  readonly slow: Docker;
  /** Keeps its connections open, for a call that is made every few seconds during the life of the process. */
  readonly kept: Docker;
}

// Far more than the number of operations at a time, each of which makes one call at a time: a call about a container that hangs keeps
// its socket until its deadline, and other calls must still get one.
const QUICK_SOCKETS = 1024;

/**
 * Makes the clients without connecting. Each call opens its own connection, or uses one that was kept open, so a restarted daemon is
 * reached again by the next call. No API version is set: the daemon uses its own. No `timeout` is set: it would cut streams on which
 * nothing comes for a while.
 * @throws InvalidInputError when `host` has an unknown form.
 */
export function dockerConnection(host: string): DockerConnection {
  const address = addressOf(host);
  const quick = { ...address, agent: new OneCallAgent({ maxSockets: QUICK_SOCKETS }) };
  const slow = { ...address, agent: new OneCallAgent() };
  const kept = { ...address, agent: new TerseAgent({ keepAlive: true }) };
  return { quick: new Docker(quick), slow: new Docker(slow), kept: new Docker(kept) };
}

// Sets everything that docker-modem would otherwise read from DOCKER_* variables of the process, so that only `host` decides.
const NOTHING_INHERITED = { socketPath: undefined, host: undefined, port: undefined, protocol: 'http', timeout: undefined } as const;

function addressOf(host: string): Docker.DockerOptions {
  const url = parsed(host);
  if (url.protocol === 'unix:' && url.host === '' && url.pathname.length > 1)
    return { ...NOTHING_INHERITED, socketPath: decodeURIComponent(url.pathname) };
  const overTcp = url.protocol === 'tcp:' || url.protocol === 'http:';
  if (overTcp && url.hostname !== '' && url.username === '' && url.pathname.length <= 1)
    return { ...NOTHING_INHERITED, host: `http://${url.hostname}`, port: url.port === '' ? 2375 : Number(url.port) };
  throw unknownForm();
}

function parsed(host: string): URL {
  try {
    return new URL(host);
  } catch {
    throw unknownForm();
  }
}

const unknownForm = () => new InvalidInputError('docker: the host must be unix:///path, tcp://host:port or http://host:port');
