import { Agent } from 'node:http';
import { inspect } from 'node:util';
import { InvalidInputError } from '@galaxy/ports';
import Docker from 'dockerode';

/** The clients of one daemon. */
export interface DockerConnection {
  /** For calls that are answered soon. */
  readonly quick: Docker;
  /** For calls that take as long as a grace or a pull: they never hold up the others. */
  readonly slow: Docker;
  /** Keeps its connections for further calls: for one that is made every few seconds for as long as the process lives. */
  readonly kept: Docker;
}

// Far more than operations are under way at a time, each of which makes one call at a time: a call about a container that hangs
// keeps its socket until its deadline, and must not keep others from theirs.
const QUICK_SOCKETS = 1024;

/**
 * Opens nothing yet: each call connects by itself, or over what a daemon that still runs has kept open, so that a restarted
 * daemon is found again. No API version is pinned
 * (the daemon takes its own), and no `timeout` is set, which would cut streams that are quiet for a while.
 * @throws InvalidInputError when `host` is not of a known form.
 */
export function dockerConnection(host: string): DockerConnection {
  const address = addressOf(host);
  const quick = { ...address, agent: new TerseAgent({ maxSockets: QUICK_SOCKETS }) };
  const slow = { ...address, agent: new TerseAgent() };
  const kept = { ...address, agent: new TerseAgent({ keepAlive: true }) };
  return { quick: new Docker(quick), slow: new Docker(slow), kept: new Docker(kept) };
}

// docker-modem describes the options of each request for its debug log, the agent with all its sockets among them, and does
// so also when nobody reads that log: with 40 calls under way, a call would cost 30 ms of processor time.
class TerseAgent extends Agent {
  [inspect.custom](): string {
    return 'Agent';
  }
}

// Everything docker-modem would otherwise take from DOCKER_* variables of the process is named, so that `host` decides alone.
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
