import { DependencyFault } from '@galaxy/ports';

/**
 * A refusal of the daemon. `unchanged`: the state was already the wanted one. `gone`: the object does not exist. `conflict`: a name
 * is taken, a removal is in progress, or the container is in the wrong state. `denied`: we have no permission. `no_capacity`: no
 * bridge port, address or disk space is left. `unavailable`: a temporary problem. `refused`: anything else.
 */
export interface DockerRefusal {
  readonly kind: 'unchanged' | 'gone' | 'conflict' | 'denied' | 'no_capacity' | 'unavailable' | 'refused';
  /** The daemon's message, on one line. */
  readonly message: string;
}

type RefusalKind = DockerRefusal['kind'];

// https://docs.docker.com/reference/api/engine/: 304 answers a repeated start or stop.
const KIND_OF_STATUS: Readonly<Record<number, RefusalKind>> = {
  304: 'unchanged',
  401: 'denied',
  403: 'denied',
  404: 'gone',
  407: 'denied',
  409: 'conflict',
  429: 'unavailable',
  502: 'unavailable',
  503: 'unavailable',
  504: 'unavailable',
};

// A Linux bridge has at most 1023 ports; one more fails with EXFULL, "exchange full".
const NO_CAPACITY = [
  /exchange full/i,
  /failed to create endpoint(?!.*(?:already exists|not supported|not permitted))/i,
  /no available ipv[46] addresses/i,
  /could not find an available.*(?:address pool|subnet)/i,
  /no space left on device/i,
  /disk quota exceeded/i,
];
// dockerd answers 500 when it cannot reach containerd, and while it shuts down.
const TEMPORARY =
  /error while dialing|connection refused|connection is unavailable|transport is closing|ttrpc: closed|shutting down|context (?:canceled|deadline exceeded)/i;
// Two networks with one name, created at the same moment: the problem ends when one of them is removed.
const AMBIGUOUS = /network .*is ambiguous/i;
// Older Podman answers a taken name with 500: https://github.com/containers/podman/pull/28286
const NAME_TAKEN = /name .*already in use/i;

/** The refusal, if `error` is an answer of the daemon; null if the call got no answer. */
export function refusalOf(error: unknown): DockerRefusal | null {
  const status = statusOf(error);
  if (status === null) return null;
  const message = messageOf(error);
  return { kind: KIND_OF_STATUS[status] ?? kindOfText(message), message };
}

/** Whether the daemon refused because several networks have the same name. */
export function isAmbiguous({ message }: DockerRefusal): boolean {
  return AMBIGUOUS.test(message);
}

function kindOfText(message: string): RefusalKind {
  if (NAME_TAKEN.test(message)) return 'conflict';
  if (NO_CAPACITY.some((pattern) => pattern.test(message))) return 'no_capacity';
  return TEMPORARY.test(message) || AMBIGUOUS.test(message) ? 'unavailable' : 'refused';
}

/** The fault for a refusal that the port has no outcome for. */
export function refusalFault(operation: string, { kind, message }: DockerRefusal): DependencyFault {
  return containerEngineFault({
    message: `${operation}: ${message}`,
    retryable: kind !== 'denied',
    effect: kind === 'denied' ? 'not_done' : 'unknown',
  });
}

// The connection was never established, so the daemon did not see the call.
const NOT_CONNECTED = ['ECONNREFUSED', 'ENOENT', 'EACCES', 'EPERM', 'ENOTFOUND', 'EAI_AGAIN', 'EHOSTUNREACH', 'ENETUNREACH'];
const NO_PERMISSION = ['EACCES', 'EPERM'];

/** The fault for a call without an answer: the connection was refused, reset or cut, or the answer was not HTTP. */
export function connectionFault(operation: string, cause: unknown): DependencyFault {
  const code = codeOf(cause);
  const notConnected = NOT_CONNECTED.includes(code) || isConnectTimeout(cause);
  return containerEngineFault({
    message: `${operation}: no answer (${code === '' ? messageOf(cause) : code})`,
    retryable: !NO_PERMISSION.includes(code),
    effect: notConnected ? 'not_done' : 'unknown',
    cause,
  });
}

/** The fault for a call that was not answered in time. The daemon may still carry it out. */
export function deadlineFault(operation: string, deadlineMs: number): DependencyFault {
  return containerEngineFault({ message: `${operation}: no answer within ${deadlineMs} ms`, retryable: true, effect: 'unknown' });
}

/** The fault for an answer that does not have the form that the API promises. */
export function answerFault(operation: string, cause?: unknown): DependencyFault {
  return containerEngineFault({ message: `${operation}: the answer can't be understood`, retryable: true, effect: 'unknown', cause });
}

function containerEngineFault(input: Omit<ConstructorParameters<typeof DependencyFault>[0], 'dependency'>): DependencyFault {
  return new DependencyFault({ ...input, dependency: 'container_engine', message: `container engine: ${input.message}` });
}

function statusOf(error: unknown): number | null {
  return error instanceof Error && 'statusCode' in error && typeof error.statusCode === 'number' ? error.statusCode : null;
}

function codeOf(error: unknown): string {
  return error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : '';
}

function isConnectTimeout(error: unknown): boolean {
  return codeOf(error) === 'ETIMEDOUT' && error instanceof Error && 'syscall' in error && error.syscall === 'connect';
}

// docker-modem puts the daemon's message into `json.message`. For a stream it is only in `message`, after docker-modem's own text.
function messageOf(error: unknown): string {
  if (!(error instanceof Error)) return 'unknown error';
  const json: unknown = 'json' in error ? error.json : null;
  const fromDaemon = typeof json === 'object' && json !== null && 'message' in json ? json.message : null;
  const text = typeof fromDaemon === 'string' ? fromDaemon : error.message.replace(/^\(HTTP code \d+\) .*? - /, '');
  return text.replace(/\s+/g, ' ').trim();
}
