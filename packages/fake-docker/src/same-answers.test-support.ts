import type { DockerApi, DockerCall } from '@galaxy/testing';
import { waitFor } from '@galaxy/testing';

/** One call of a sequence. `~` stands for the suffix of the run. */
export interface Step {
  readonly method: DockerCall['method'];
  readonly path: string;
  readonly json?: object;
}

/** What a daemon did in a sequence, without ids and names that differ between daemons. */
export interface Transcript {
  /** The status of each call, and its message when it was refused. */
  readonly answers: readonly string[];
  /** The state of each container after each call. */
  readonly states: readonly string[];
  /** Every event of these containers and their network, in order. */
  readonly events: readonly string[];
  /** Events of thaws. They are separate, because the real daemon gets them from containerd, and so they may come at any place. */
  readonly thaws: readonly string[];
}

interface Inspected {
  readonly Id: string;
  readonly State: Readonly<Record<'Status' | 'Error', string>> & Readonly<Record<'Running' | 'Paused', boolean>> & { ExitCode: number };
}
interface Listed {
  readonly Names: readonly string[];
  readonly State: string;
}
interface Told {
  readonly Type: string;
  readonly Action: string;
  readonly Actor: { readonly ID: string; readonly Attributes: Readonly<Record<string, string>> };
}

/** A sequence of calls. */
export interface Play {
  /** The names of the containers that are inspected after each call. */
  readonly names: readonly string[];
  /** Replaces `~` in every step, so that different runs use different names. */
  readonly suffix: string;
  readonly steps: readonly Step[];
  /** The state to wait for after each step. The real daemon learns of a thaw or an end from containerd, a moment later. */
  readonly awaited?: readonly string[];
}

/** Makes the calls on a daemon, and returns what it did. */
export async function play(daemon: DockerApi, { names, suffix, steps, awaited = [] }: Play): Promise<Transcript> {
  const neutral = neutralizer(suffix);
  const answers: string[] = [];
  const states: string[] = [];
  const ids = new Map<string, string>();
  for (const [index, { method, path, json }] of steps.entries()) {
    const full = path.replaceAll('~', suffix);
    const { status, body } = await daemon.call({ method, path: full, ...(json !== undefined && { json: replaced(json, suffix) }) });
    const told = status < 400 ? '' : ` ${(JSON.parse(body) as { message: string }).message}`;
    answers.push(`${method} ${path} ${status}${neutral(told)}`);
    const look = async () => neutral(await snapshot(daemon, names, suffix, ids));
    const settled = async () => awaited[index] === undefined || (await look()) === awaited[index];
    await waitFor('the awaited state', settled).catch(() => undefined);
    states.push(await look());
  }
  const events = (await eventsOf(daemon, suffix)).map(neutral);
  const isThaw = (event: string) => event.startsWith('container unpause');
  return { answers, states, events: events.filter((event) => !isThaw(event)), thaws: events.filter(isThaw) };

  function neutralizer(text: string): (words: string) => string {
    return (words) => {
      const known = [...ids].reduce(
        (sum, [name, id]) => sum.replaceAll(id, `<id of ${name}>`).replaceAll(id.slice(0, 12), `<${name}>`),
        words,
      );
      return known.replaceAll(text, '').replaceAll(/[0-9a-f]{64}/g, '<id>');
    };
  }
}

async function snapshot(daemon: DockerApi, names: readonly string[], suffix: string, ids: Map<string, string>): Promise<string> {
  const states: string[] = [];
  for (const name of names) {
    const { status, body } = await daemon.call({ method: 'GET', path: `/containers/${name}${suffix}/json` });
    if (status !== 200) {
      states.push(`${name}: ${status}`);
      continue;
    }
    const { Id, State } = JSON.parse(body) as Inspected;
    ids.set(name, Id);
    states.push(`${name}: ${State.Status} ${State.Running} ${State.Paused} ${State.ExitCode} ${State.Error}`);
  }
  return [...states, await lists(daemon, suffix)].join('; ');
}

async function lists(daemon: DockerApi, suffix: string): Promise<string> {
  const list = async (query: string, filters: object) => {
    const path = `/containers/json?${query}filters=${encodeURIComponent(JSON.stringify(filters))}`;
    const found = await daemon.json<Listed[]>({ method: 'GET', path });
    return found.map(({ Names, State }) => `${Names.join()} ${State}`).join(',');
  };
  const ours = { label: [`run=${suffix}`] };
  const [all, running, named] = await Promise.all([list('all=1&', ours), list('', ours), list('all=1&', { name: [`b${suffix}`] })]);
  return `all [${all}] running [${running}] named [${named}]`;
}

async function eventsOf(daemon: DockerApi, suffix: string): Promise<readonly string[]> {
  const [containers, networks] = await Promise.all([
    told(daemon, { label: [`run=${suffix}`] }),
    told(daemon, { type: ['network'], network: [`net${suffix}`] }),
  ]);
  return [...containers, ...networks].map(({ Type, Action, Actor }) => {
    const { name = '', signal = '', exitCode = '', container = '' } = Actor.Attributes;
    return `${Type} ${Action} ${name} ${container}${signal}${exitCode}`;
  });
}

async function told(daemon: DockerApi, filters: object): Promise<readonly Told[]> {
  const path = `/events?since=1&until=${Math.floor(Date.now() / 1000) + 1}&filters=${encodeURIComponent(JSON.stringify(filters))}`;
  const { body } = await daemon.call({ method: 'GET', path });
  const lines = body.split('\n').filter((line) => line !== '');
  return lines.map((line) => JSON.parse(line) as Told);
}

function replaced(json: object, suffix: string): object {
  return JSON.parse(JSON.stringify(json).replaceAll('~', suffix)) as object;
}
