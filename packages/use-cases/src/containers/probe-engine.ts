import type { Clock, ContainerEngine, EngineClient, Incarnation } from '@galaxy/manager-ports';

export interface ProbeDeps {
  readonly engineClient: EngineClient;
  readonly clock: Clock;
}

const TIMEOUT_MS = 2000;

/**
 * Returns whether the engine in the container answers `/healthz` now. The container is inspected again after the answer: when a
 * container ends, another one may get its address, and that one's answer must not be taken for this one's.
 * @throws DependencyFault when the container engine does not answer.
 */
export async function answers(engine: Pick<ContainerEngine, 'inspect'>, { id, address }: Incarnation, deps: ProbeDeps): Promise<boolean> {
  if (address === null || !(await isHealthy(address, deps))) return false;
  const after = await engine.inspect(id);
  return after.kind === 'ours' && after.incarnation.address === address;
}

async function isHealthy(address: string, { engineClient, clock }: ProbeDeps): Promise<boolean> {
  const tooLate = new AbortController();
  const answered = new AbortController();
  void clock.sleep(TIMEOUT_MS, answered.signal).then(() => tooLate.abort());
  try {
    return (await engineClient.health(address, tooLate.signal)).kind === 'healthy';
  } finally {
    answered.abort();
  }
}
