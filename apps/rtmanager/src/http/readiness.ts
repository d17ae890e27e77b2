/** A server the service needs, and how to ask whether it answers. */
export interface Probe {
  readonly name: string;
  /** Returns when the server answers; throws otherwise. */
  readonly check: () => Promise<void>;
}

/** What /readyz answers: ready or not, the role of this replica, and for each server whether it answers and, if not, why. */
export interface Readiness {
  readonly ready: boolean;
  readonly role: 'leader' | 'standby';
  readonly dependencies: Readonly<Record<string, { readonly ok: boolean; readonly why?: string }>>;
}

/** Makes the check behind /readyz: asks all servers at once; overlapping calls share one round. */
export function makeReadiness(probes: readonly Probe[], isLeading: () => boolean): () => Promise<Readiness> {
  let asking: Promise<Readiness> | null = null;
  const ask = async (): Promise<Readiness> => {
    const answers = await Promise.all(probes.map(async ({ name, check }) => [name, await answerOf(check)] as const));
    const ready = answers.every(([, { ok }]) => ok);
    return { ready, role: isLeading() ? 'leader' : 'standby', dependencies: Object.fromEntries(answers) };
  };
  return () => {
    asking ??= ask().finally(() => {
      asking = null;
    });
    return asking;
  };
}

async function answerOf(check: () => Promise<void>): Promise<{ ok: boolean; why?: string }> {
  try {
    await check();
    return { ok: true };
  } catch (error) {
    return { ok: false, why: error instanceof Error ? error.message : String(error) };
  }
}
