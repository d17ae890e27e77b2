/** Does the work for every item, at most `limit` at a time. Returns the results in the order of the items. After an error no more items are begun. */
export async function inParallel<T, R>(items: readonly T[], limit: number, work: (item: T) => Promise<R>): Promise<R[]> {
  const results: R[] = [];
  const left = items.entries();
  let failed = false;
  const go = async (): Promise<void> => {
    for (const [at, item] of left) {
      if (failed) return;
      results[at] = await work(item);
    }
  };
  const workers = Array.from({ length: Math.min(limit, items.length) }, () =>
    go().catch((error: unknown) => {
      failed = true;
      throw error;
    }),
  );
  await Promise.all(workers);
  return results;
}
