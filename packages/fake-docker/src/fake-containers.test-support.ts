import type { DockerAnswer, DockerApi } from '@galaxy/testing';
import { engineImages } from '@galaxy/testing';

/** The part of an inspect that the tests read. */
export interface Inspected {
  readonly Id: string;
  readonly State: { readonly Status: string; readonly ExitCode: number; readonly OOMKilled: boolean; readonly Error: string };
  readonly NetworkSettings: { readonly Networks: Readonly<Record<string, { readonly IPAddress: string }>> };
}

/** Short functions for calls about containers. */
export function containersOf(api: DockerApi) {
  const act = (who: string, what: string): Promise<DockerAnswer> => api.call({ method: 'POST', path: `/containers/${who}/${what}` });

  /** Creates a container of a game, with the game's name or another one, and returns its id. */
  async function create(game: string, Image: string = engineImages.current, name = game, more: object = {}): Promise<string> {
    const json = { Image, Labels: { 'galaxy.game_id': game, 'galaxy.instance': 'i' }, HostConfig: { Init: true }, ...more };
    return (await api.json<{ Id: string }>({ method: 'POST', path: `/containers/create?name=${name}`, json })).Id;
  }

  async function run(game: string, image?: string, name?: string): Promise<string> {
    const id = await create(game, image, name);
    await api.json({ method: 'POST', path: `/containers/${id}/start` });
    return id;
  }

  const inspect = (who: string) => api.json<Inspected>({ method: 'GET', path: `/containers/${who}/json` });
  const status = async (who: string) => (await inspect(who)).State.Status;
  const list = async () => {
    const found = await api.json<{ Id: string; State: string }[]>({ method: 'GET', path: '/containers/json?all=1' });
    return Object.fromEntries(found.map(({ Id, State }) => [Id, State]));
  };

  /** The URL of its engine; '' while it does not run. */
  async function address(who: string): Promise<string> {
    const { NetworkSettings } = await inspect(who);
    const [ip = ''] = Object.values(NetworkSettings.Networks).map(({ IPAddress }) => IPAddress);
    return ip === '' ? '' : `http://${ip}:8080`;
  }

  const remove = (who: string) => api.call({ method: 'DELETE', path: `/containers/${who}?force=1` });

  return { act, create, run, inspect, status, list, address, remove };
}

/** The events since the daemon's last start, as `action` or `action(detail)`. */
export async function eventsOf(api: DockerApi, query = ''): Promise<readonly string[]> {
  const until = Math.floor(Date.now() / 1000) + 1;
  const { body } = await api.call({ method: 'GET', path: `/events?since=1&until=${until}${query}` });
  return body.split('\n').flatMap((line) => (line === '' ? [] : [words(JSON.parse(line) as Told)]));
}

interface Told {
  readonly Action: string;
  readonly Actor: { readonly Attributes: { readonly signal?: string; readonly exitCode?: string } };
}

function words({ Action, Actor }: Told): string {
  const { signal, exitCode } = Actor.Attributes;
  const detail = signal ?? exitCode;
  return detail === undefined ? Action : `${Action}(${detail})`;
}
