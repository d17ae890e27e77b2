import type { Inspection, ListedIncarnation } from '@galaxy/manager-ports';
import type { World } from '../world/world.js';

const LIE_MS = 300;
const ABSENT: Inspection = { kind: 'absent' };
const MAX_WAIT_MS = 2000;

/** Lets the container engine sometimes leave a container out of a list, and hide it from inspections for a moment. */
export function letListsLie({ ports, engineInjections, time, database, say, coverage }: World): void {
  const { engine, fleet } = ports;
  const isHidden = (gameId: string | undefined): boolean => {
    const { lie } = engineInjections;
    if (lie === null || gameId !== lie.gameId || time.ms >= (lie.untilMs ?? 0)) return false;
    return !database.operations.some((one) => one.gameId === gameId && one.op !== 'reconcile' && one.status === 'running');
  };
  const ownerOf = (id: string) => engine.inventory.incarnations.find((one) => one.id === id)?.owner.gameId;
  let before: readonly string[] = [];
  // The manager cannot detect two wrong lists in a row. So only a container that the list before has shown is left out.
  const wasShown = ({ id, owner }: ListedIncarnation): boolean => owner.gameId === engineInjections.lie?.gameId && before.includes(id);
  const [list, inspect, find] = [fleet.list.bind(fleet), engine.inspect.bind(engine), engine.find.bind(engine)];
  fleet.list = async () => {
    const inventory = await list();
    const hidden = engineInjections.lie?.untilMs === null ? inventory.incarnations.find(wasShown) : undefined;
    const incarnations = inventory.incarnations.filter((one) => one !== hidden);
    before = incarnations.map(({ id }) => id);
    if (engineInjections.lie === null || hidden === undefined) return inventory;
    engineInjections.lie.untilMs = time.ms + LIE_MS;
    say(`the list lies about ${engineInjections.lie.gameId}`);
    coverage.hit('one list lies');
    return { ...inventory, incarnations };
  };
  engine.inspect = async (id) => (isHidden(ownerOf(id)) ? ABSENT : inspect(id));
  engine.find = async (gameId) => (isHidden(gameId) ? ABSENT : find(gameId));
}

/** Makes waits for jobs use the simulated time, and limits how many entries a read returns, as the plan says. */
export function readByThePlan({ ports: { stream }, plan, time, arrivals }: World): void {
  const read = stream.read.bind(stream);
  stream.read = (after, limit) => read(after, Math.min(limit, plan.settings.readLimit));
  stream.wait = async (after, maxWaitMs) => {
    const { starts, stops } = await read(after, 1);
    if (starts.length + stops.length > 0) return;
    await new Promise<void>((resolve) => {
      const end = (): void => {
        callOff();
        arrivals.delete(end);
        resolve();
      };
      const callOff = time.after(Math.min(maxWaitMs, MAX_WAIT_MS), end);
      arrivals.add(end);
    });
  };
}
