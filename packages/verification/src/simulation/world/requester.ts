import type { EnqueueOutcome, OperationHint } from '@galaxy/manager-ports';
import { DependencyFault } from '@galaxy/ports';
import { type AwaitedEnd, makeOperationEnds, makeOperationRequests, type OperationEnds, type OperationRequests } from '@galaxy/use-cases';
import { passOn } from '../checks/watch-fleet.js';
import { IMAGES } from './images.js';
import { gameId } from './lobby.js';
import type { Network } from './network.js';
import type { PlannedRequest } from './planned-requests.js';
import { SimulatedProcess } from './simulated-process.js';
import type { World } from './world.js';

/** A planned request, and whether the requester knows what came of it. */
interface Asked {
  readonly planned: PlannedRequest;
  isAnswered: boolean;
}

const WAIT_MS = 3000;
const RETRY_MS = 300;
const LOOK_EVERY_MS = 700;
const RECONNECT_MS = 500;

/**
 * Requests what is planned, and waits for the ends. It asks again, under the same name, after a fault, when a wait is over, and after
 * a crash: then another process of it asks for everything that it knows no end of.
 */
export class Requester {
  readonly #world: World;
  readonly #network: Network;
  readonly #asked: readonly Asked[];
  #process: SimulatedProcess;
  #lives = 0;

  constructor(world: World, network: Network) {
    this.#world = world;
    this.#network = network;
    this.#asked = world.plan.requests.map((planned) => ({ planned, isAnswered: false }));
    this.#process = new SimulatedProcess('requester', world.time);
    if (this.#asked.length === 0) return;
    this.#open();
    this.#look();
  }

  /** Ends its process. False when it has nothing to ask for. */
  kill(): boolean {
    const isBusy = this.#asked.some(({ isAnswered }) => !isAnswered) && !this.#process.isDead;
    if (isBusy) this.#process.kill();
    return isBusy;
  }

  /** Which request it knows no end of; null when there is none. */
  amiss(): string | null {
    const open = this.#asked.find(({ isAnswered }) => !isAnswered);
    return open === undefined ? null : `nothing is known of ${open.planned.source} ${open.planned.name}`;
  }

  #look(): void {
    this.#world.time.after(LOOK_EVERY_MS, () => {
      if (this.#process.isDead) this.#open();
      this.#look();
    });
  }

  #open(): void {
    const { time, ids, ports, say } = this.#world;
    this.#lives += 1;
    const process = new SimulatedProcess(`r.${this.#lives}`, time);
    this.#process = process;
    say(`${process.name} begins`);
    const clock = time.clockFor((act) => process.run(act));
    const ends = makeOperationEnds({ log: this.#network.port(process, 'log', ports.log), clock });
    const requests = makeOperationRequests({ queue: this.#network.port(process, 'queue', ports.queue), ends, ids, clock });
    this.#follow(process, ends);
    const pause = () => clock.sleep(RETRY_MS);
    for (const asked of this.#asked) {
      if (asked.isAnswered) continue;
      time.after(asked.planned.atMs - time.ms, () => process.run(() => void this.#ask(asked, requests, pause)));
    }
  }

  async #ask(asked: Asked, requests: OperationRequests, pause: () => Promise<void>): Promise<void> {
    while (!asked.isAnswered) {
      try {
        const outcome = await requests.submit(submissionOf(asked.planned));
        this.#checkQueued(asked.planned, outcome);
        asked.isAnswered = !('opId' in outcome) || this.#isEnd(await requests.wait(outcome.opId, { timeoutMs: WAIT_MS }), outcome.opId);
      } catch (error) {
        if (!(error instanceof DependencyFault)) throw error;
        await pause();
      }
    }
  }

  #checkQueued({ source, name, ...planned }: PlannedRequest, outcome: EnqueueOutcome): void {
    const { archive, coverage, violate, say } = this.#world;
    const what = `${source} ${name}`;
    say(`${what}: ${outcome.kind}`);
    coverage.hit(`request ${outcome.kind}`);
    const ofName = archive.operations.filter((one) => one.isRequest && one.source === source && one.sourceRef === name);
    const isAsked = (one: (typeof ofName)[number]): boolean => isSame(one.job, { source, name, ...planned });
    if (outcome.kind === 'on_hold') violate(`${what} was put on hold`);
    if (outcome.kind === 'key_reused' && ofName.every(isAsked)) violate(`${what} was refused, but nothing else has that name`);
    if (!('opId' in outcome)) return;
    const own = ofName.find(({ opId }) => opId === outcome.opId);
    if (own === undefined || !isAsked(own)) violate(`${what} got ${outcome.opId}, which is not its operation`);
  }

  // An operation that the history has deleted had ended.
  #isEnd(awaited: AwaitedEnd, opId: string): boolean {
    if (awaited.kind === 'open') return false;
    const { archive, coverage, violate, database } = this.#world;
    const own = archive.operations.findLast((one) => one.opId === opId);
    const isKept = database.operations.some((one) => one.opId === opId);
    if (own?.finishedAt === null || own === undefined) violate(`${opId} is said to have ended`);
    if (awaited.kind === 'unknown' && isKept) violate(`${opId} is said to be unknown`);
    if (awaited.kind === 'ended' && awaited.entry.errorCode !== own?.errorCode) violate(`${opId} is said to have ended otherwise`);
    coverage.hit(`request ${awaited.kind}`);
    return true;
  }

  #follow(process: SimulatedProcess, ends: OperationEnds): void {
    const { database, servers, time } = this.#world;
    const tell = (hint: OperationHint, ms: number): void => void time.after(ms, () => process.run(() => ends.hint(hint)));
    const follower = (hint: OperationHint): void => passOn(this.#world, hint, tell);
    const connect = (): void => {
      if (process.isDead) return;
      if (servers.postgres.absence !== null) return void time.after(RECONNECT_MS, connect);
      database.followers.add(follower);
      tell({ kind: 'connected' }, 1);
    };
    const forget = servers.postgres.onLoss(() => {
      database.followers.delete(follower);
      if (process.isDead) forget();
      else time.after(RECONNECT_MS, connect);
    });
    connect();
  }
}

type Submission = Parameters<OperationRequests['submit']>[0];

function submissionOf({ game, what, source, name }: PlannedRequest): Submission {
  const job: Submission['job'] =
    what === 'stop'
      ? { kind: 'stop', gameId: gameId(game), reason: 'cancelled' }
      : { kind: 'start', gameId: gameId(game), imageRef: IMAGES[what].image };
  return { job, source, name, requestedBy: 'the simulation' };
}

function isSame(job: { readonly kind: string; readonly gameId: string; readonly imageRef?: string }, planned: PlannedRequest): boolean {
  const asked: typeof job = submissionOf(planned).job;
  return job.kind === asked.kind && job.gameId === asked.gameId && job.imageRef === asked.imageRef;
}
