/** One thing that may happen next. `system`: the design promises that it happens. `environment`: it may happen or never happen. */
export interface Move<S> {
  readonly label: string;
  readonly by: 'system' | 'environment';
  readonly to: S;
}

/** States, what may happen in each, and what must hold. All functions are pure. */
export interface Model<S> {
  readonly initial: S;
  readonly moves: (state: S) => readonly Move<S>[];
  /** Two states with the same key count as one state: the same follows from both, except for names. */
  readonly key: (state: S) => string;
  /** What is wrong in this state; null when nothing is. */
  readonly broken: (state: S) => string | null;
  /** What is wrong if only the environment can still move; null when nothing is. */
  readonly unsettled: (state: S) => string | null;
  /** The state in words, for the end of a trace. */
  readonly show: (state: S) => string;
}

/** The result: how many states and moves there are, and the shortest trace to the first violation, or null. */
export interface Exploration {
  readonly states: number;
  readonly moves: number;
  readonly violation: string | null;
}

interface Node<S> {
  readonly state: S;
  readonly parent: Node<S> | null;
  readonly label: string;
  /** The states from which a system move leads here. */
  readonly before: Node<S>[];
  settles: boolean;
}

/**
 * Visits every state that can be reached, nearest first, until one is wrong. A state is wrong if it is broken, or at rest and
 * unsettled, or if the system alone cannot come to rest from it. A state is at rest if only the environment can still move.
 * Deterministic.
 * @throws Error when there are more than `maxStates` states: a part of a model proves nothing.
 */
export function explore<S>(model: Model<S>, maxStates: number): Exploration {
  const first: Node<S> = { state: model.initial, parent: null, label: '', before: [], settles: false };
  const nodes = new Map([[model.key(first.state), first]]);
  const atRest: Node<S>[] = [];
  let moves = 0;
  const found = (violation: string | null): Exploration => ({ states: nodes.size, moves, violation });
  // Iterating over a map also visits what is added meanwhile, in the order in which it was added. So this is breadth first.
  for (const node of nodes.values()) {
    const next = model.moves(node.state);
    const rests = next.every(({ by }) => by === 'environment');
    const problem = model.broken(node.state) ?? (rests ? model.unsettled(node.state) : null);
    if (problem !== null) return found(trace(model, node, problem));
    if (rests) atRest.push(node);
    for (const move of next) visit(model, nodes, node, move);
    if (nodes.size > maxStates) throw new Error(`more than ${maxStates} states: make the model smaller or the limit larger`);
    moves += next.length;
  }
  const restless = firstRestless(nodes.values(), atRest);
  return found(restless === null ? null : trace(model, restless, 'nothing the system can do from here ever comes to rest'));
}

function visit<S>(model: Model<S>, nodes: Map<string, Node<S>>, from: Node<S>, { label, by, to }: Move<S>): void {
  const key = model.key(to);
  const known = nodes.get(key);
  const node = known ?? { state: to, parent: from, label, before: [], settles: false };
  if (known === undefined) nodes.set(key, node);
  if (by === 'system') node.before.push(from);
}

// Follows system moves backwards from the states at rest.
function firstRestless<S>(all: Iterable<Node<S>>, atRest: Node<S>[]): Node<S> | null {
  const settled = [...atRest];
  for (const node of settled) node.settles = true;
  for (const node of settled) {
    for (const before of node.before) {
      if (before.settles) continue;
      before.settles = true;
      settled.push(before);
    }
  }
  for (const node of all) if (!node.settles) return node;
  return null;
}

function trace<S>(model: Model<S>, last: Node<S>, problem: string): string {
  const labels: string[] = [];
  for (let node = last; node.parent !== null; node = node.parent) labels.unshift(node.label);
  const lines = labels.map((label, n) => `${String(n + 1).padStart(3)}. ${label}`);
  return [problem, ...lines, `     then: ${model.show(last.state)}`].join('\n');
}
