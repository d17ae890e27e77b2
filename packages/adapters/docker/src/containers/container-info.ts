import { engineEndpoint } from '@galaxy/domain';
import type { Incarnation, IncarnationState, Inspection } from '@galaxy/manager-ports';
import { z } from 'zod';
import { answerFault } from '../client/docker-faults.js';
import { readLabels } from './labels.js';

const ID = /^[0-9a-f]{64}$/;

/** A full container id. */
export const ContainerId = z.string().regex(ID);

/** The part of `GET /containers/{id}/json` that is used. */
const ContainerInfo = z.object({
  Id: ContainerId,
  Image: z.string().nullish(),
  State: z.object({ Status: z.string(), ExitCode: z.number().int(), OOMKilled: z.boolean().optional() }),
  Config: z.object({ Labels: z.record(z.string(), z.string()).nullish() }),
  NetworkSettings: z.object({ Networks: z.record(z.string(), z.object({ IPAddress: z.string().nullish() }).nullable()).nullish() }),
});

export type ContainerInfo = z.infer<typeof ContainerInfo>;

/**
 * Checks an answer of the daemon.
 * @throws DependencyFault when it does not have the expected form.
 */
export function readContainerInfo(operation: string, answer: unknown): ContainerInfo {
  const info = ContainerInfo.safeParse(answer);
  if (!info.success) throw answerFault(operation, info.error);
  return info.data;
}

/** The installation that inspects, and how it reaches containers. */
export interface Viewpoint {
  readonly instance: string;
  readonly network: string;
  readonly addressing: 'dns' | 'container-ip';
}

/**
 * Turns the daemon's answer into an inspection. The container is ours only if its labels say so, and, with `gameId`, only if they name
 * that game.
 * @throws DependencyFault when the daemon reports a state that no known engine has.
 */
export function inspectionOf(info: ContainerInfo, viewpoint: Viewpoint, gameId?: string): Inspection {
  const labels = readLabels(viewpoint.instance, info.Config.Labels ?? {});
  if (labels === null || (gameId !== undefined && labels.owner.gameId !== gameId)) return { kind: 'foreign', id: info.Id };
  const state = stateOf(info.State.Status);
  const incarnation: Incarnation = {
    id: info.Id,
    ...labels,
    imageId: info.Image === '' ? null : (info.Image ?? null),
    state,
    exitCode: state === 'exited' ? info.State.ExitCode : null,
    outOfMemory: info.State.OOMKilled ?? false,
    address: state === 'running' ? addressOf(info, viewpoint, labels.owner.gameId) : null,
  };
  return { kind: 'ours', incarnation };
}

// A `dead` container has ended, and its removal has failed (https://github.com/moby/moby/issues/22260). Waiting would not help, because
// nothing removes it any more. So it counts as ended and is removed again.
const STATES: Readonly<Record<string, IncarnationState>> = {
  created: 'created',
  running: 'running',
  restarting: 'running',
  paused: 'paused',
  exited: 'exited',
  removing: 'removing',
  dead: 'exited',
  // Additional states of Podman.
  configured: 'created',
  initialized: 'created',
  stopping: 'running',
  stopped: 'exited',
};

/**
 * Translates the daemon's name of a state.
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

/** Whether the text can be a container id. No other text is ever put into a request. */
export function isContainerId(id: string): boolean {
  return ID.test(id);
}
