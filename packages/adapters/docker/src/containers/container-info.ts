import { engineEndpoint } from '@galaxy/domain';
import type { Incarnation, IncarnationState, Inspection } from '@galaxy/manager-ports';
import { z } from 'zod';
import { answerFault } from '../client/docker-faults.js';
import { readLabels } from './labels.js';

const ID = /^[0-9a-f]{64}$/;

/** The id of a container, in full. */
export const ContainerId = z.string().regex(ID);

/** The part of `GET /containers/{id}/json` that is used. */
const ContainerInfo = z.object({
  Id: ContainerId,
  State: z.object({ Status: z.string(), ExitCode: z.number().int(), OOMKilled: z.boolean().optional() }),
  Config: z.object({ Labels: z.record(z.string(), z.string()).nullish() }),
  NetworkSettings: z.object({ Networks: z.record(z.string(), z.object({ IPAddress: z.string().nullish() }).nullable()).nullish() }),
});

/** The part of `GET /containers/{id}/json` that is used, checked. */
export type ContainerInfo = z.infer<typeof ContainerInfo>;

/**
 * Checks an answer of the daemon.
 * @throws DependencyFault when it is not of the expected shape.
 */
export function readContainerInfo(operation: string, answer: unknown): ContainerInfo {
  const info = ContainerInfo.safeParse(answer);
  if (!info.success) throw answerFault(operation, info.error);
  return info.data;
}

/** From whose side a container is looked at. */
export interface Viewpoint {
  readonly instance: string;
  readonly network: string;
  readonly addressing: 'dns' | 'container-ip';
}

/**
 * What the container is to us. It is ours only when its labels say so; with `gameId` given, only when they name that game.
 * @throws DependencyFault when the daemon reports a state that no known engine has.
 */
export function inspectionOf(info: ContainerInfo, viewpoint: Viewpoint, gameId?: string): Inspection {
  const labels = readLabels(viewpoint.instance, info.Config.Labels ?? {});
  if (labels === null || (gameId !== undefined && labels.owner.gameId !== gameId)) return { kind: 'foreign', id: info.Id };
  const state = stateOf(info.State.Status);
  const incarnation: Incarnation = {
    id: info.Id,
    ...labels,
    state,
    exitCode: state === 'exited' ? info.State.ExitCode : null,
    outOfMemory: info.State.OOMKilled ?? false,
    address: state === 'running' ? addressOf(info, viewpoint, labels.owner.gameId) : null,
  };
  return { kind: 'ours', incarnation };
}

// A `dead` container has ended, and a removal of it has failed (https://github.com/moby/moby/issues/22260): nobody is at it any
// more, so that waiting for its end would be in vain. It is removed again like any other that has ended.
const STATES: Readonly<Record<string, IncarnationState>> = {
  created: 'created',
  running: 'running',
  restarting: 'running',
  paused: 'paused',
  exited: 'exited',
  removing: 'removing',
  dead: 'exited',
  // Podman's further states.
  configured: 'created',
  initialized: 'created',
  stopping: 'running',
  stopped: 'exited',
};

/**
 * The state by the name that the daemon gives it.
 * @throws DependencyFault when no known engine has such a state.
 */
export function stateOf(status: string): IncarnationState {
  const state = STATES[status];
  if (state === undefined) throw answerFault(`container state ${JSON.stringify(status.slice(0, 40))}`);
  return state;
}

function addressOf(info: ContainerInfo, { network, addressing }: Viewpoint, gameId: string): string | null {
  const endpoint = engineEndpoint(gameId);
  if (addressing === 'dns') return endpoint;
  const ip = info.NetworkSettings.Networks?.[network]?.IPAddress ?? '';
  return ip === '' ? null : `http://${ip}:${new URL(endpoint).port}`;
}

/** Whether the text can be the id of a container. Nothing else is ever put into a request. */
export function isContainerId(id: string): boolean {
  return ID.test(id);
}
