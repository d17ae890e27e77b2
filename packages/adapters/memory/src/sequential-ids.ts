import type { Ids } from '@galaxy/manager-ports';

/** Ids that count: the first is `00000000-0000-4000-8000-000000000001`. The same in every run. */
export class SequentialIds implements Ids {
  #last = 0;

  uuid(): string {
    this.#last++;
    return `00000000-0000-4000-8000-${this.#last.toString(16).padStart(12, '0')}`;
  }
}
