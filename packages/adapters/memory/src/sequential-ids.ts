import type { Ids } from '@galaxy/manager-ports';

/** Ids with a rising number, the same in every run. The first is `00000000-0000-4000-8000-000000000001`. */
export class SequentialIds implements Ids {
  #last = 0;

  uuid(): string {
    this.#last++;
    return `00000000-0000-4000-8000-${this.#last.toString(16).padStart(12, '0')}`;
  }
}
