import { availableParallelism } from 'node:os';
import { z } from 'zod';
import { listenAddress } from './listen-address.js';
import { address, count, duration, engineAddress, keeping, keptEntries, list, memory, redisAddress } from './units.js';

const stream = z.string().trim().min(1, 'must not be empty');
const cores = availableParallelism();

/** All variables of the service. docs/configuration.md is generated from this. */
export const configSchema = z.object({
  RTMANAGER_REDIS_URL: redisAddress.optional().meta({
    description: 'Redis with the job and result streams. `serve` needs it; without it `dev` keeps streams in memory.',
    secret: true,
  }),
  RTMANAGER_POSTGRES_URL: address('postgres', 'postgresql').optional().meta({
    description: 'PostgreSQL with the records and operations. `serve` needs it; without it `dev` embeds a PostgreSQL (PGlite).',
    secret: true,
  }),
  RTMANAGER_DOCKER_HOST: engineAddress.optional().meta({
    description:
      'The container engine, `unix:///var/run/docker.sock` or `tcp://host:port`. `serve` needs it; without it `dev` runs engines as local processes.',
  }),
  RTMANAGER_DOCKER_NETWORK: z
    .string()
    .regex(/^[a-zA-Z0-9][\w.-]*$/, 'must be a network name')
    .default('galaxy-games')
    .meta({ description: 'Network of the game containers; created when missing.' }),
  RTMANAGER_HTTP_ADDR: listenAddress.prefault('127.0.0.1:8090').meta({
    description: 'Address of the HTTP interface. It has no access control, so an address that other machines can reach is refused.',
  }),
  RTMANAGER_ENGINE_ADDRESSING: z.enum(['dns', 'container-ip']).default('dns').meta({
    description:
      'How the manager reaches engines. `dns`: by name, when the manager is a container on the same network. `container-ip`: by address, when the manager runs on the host.',
  }),
  RTMANAGER_ENGINE_STATE_ROOT: z.string().startsWith('/', 'must be an absolute path').optional().meta({
    description:
      "Folder on the container engine's host with one state folder per game, mounted at `/data`. Without it, games keep no state on disk.",
  }),
  RTMANAGER_ENGINE_MEMORY: memory.prefault('512m').meta({ description: 'Memory limit of one engine; swap is off.' }),
  RTMANAGER_ENGINE_CPUS: z
    .string()
    .regex(/^\d{1,3}(\.\d{1,3})?$/, 'must be a number such as 1 or 0.5')
    .transform(Number)
    .refine((cpus) => cpus >= 0.01, 'must be at least 0.01')
    .prefault('1')
    .meta({ description: 'Processors one engine may use.' }),
  RTMANAGER_ENGINE_PIDS: count.prefault('128').meta({ description: 'Processes and threads one engine may have.' }),
  RTMANAGER_IMAGE_ALLOWLIST: list.prefault('*').meta({
    description:
      'Comma-separated patterns of images that may be started; `*` stands for any characters. The part of a pattern before its first `/` matches only the registry or account. A pattern without `/` is for official images, unless it starts with `*`.',
  }),
  RTMANAGER_IMAGE_PULL_POLICY: z
    .enum(['if-missing', 'always', 'never'])
    .default('if-missing')
    .meta({ description: 'When an image is pulled before a start: `if-missing`, `always` or `never`.' }),
  RTMANAGER_READY_TIMEOUT: duration
    .refine((ms) => ms > 0, 'must be more than 0')
    .prefault('30s')
    .meta({ description: 'How long an engine may take from its start to its first healthy answer.' }),
  RTMANAGER_STOP_GRACE: duration.prefault('10s').meta({ description: 'How long an engine may take to end after SIGTERM, before SIGKILL.' }),
  RTMANAGER_DOCKER_UNAVAILABLE_WINDOW: duration
    .prefault('10m')
    .meta({ description: 'How long a job waits for a container engine that does not answer before it fails with `docker_unavailable`.' }),
  RTMANAGER_START_CONCURRENCY: count
    .prefault(String(2 * cores))
    .meta({ description: 'How many starts run at the same time.', shown: '2 × processors' }),
  RTMANAGER_TURN_CONCURRENCY: count
    .optional()
    .meta({ description: 'How many turns run at the same time. Without it, as many as starts; they have places of their own.' }),
  RTMANAGER_STOP_CONCURRENCY: count.prefault(String(16 * cores)).meta({
    description: 'How many stops and all other operations run at the same time; more than starts, since stops mostly wait.',
    shown: '16 × processors',
  }),
  RTMANAGER_RECONCILE_INTERVAL: duration
    .refine((ms) => ms >= 1000, 'must be at least 1s')
    .prefault('15s')
    .meta({
      description: 'How often records and containers are compared. A change that the container engine reports is checked at once.',
    }),
  RTMANAGER_RECONCILE_GRACE: duration.prefault('10s').meta({
    description:
      'How long a record and its containers must have disagreed, in at least two comparisons, before a container or record is ended.',
  }),
  RTMANAGER_RECONCILE_MAX_ACTS: count
    .prefault('20')
    .meta({ description: 'At most this many containers or records are ended per comparison; the rest waits for the next.' }),
  RTMANAGER_RECONCILE_DRY_RUN: z
    .enum(['true', 'false'])
    .transform((text) => text === 'true')
    .prefault('false')
    .meta({ description: 'With `true`, disagreements are only reported, and nothing is changed.' }),
  RTMANAGER_RESULT_RESEND_WINDOW: duration.prefault('1h').meta({
    description: 'When Redis has lost results, those that were published within this time are sent again; older ones are not.',
  }),
  RTMANAGER_HISTORY: keeping
    .refine((ms) => ms === null || ms >= 24 * 3_600_000, 'must be at least 1d')
    .prefault('90d')
    .meta({
      description:
        'How long ended operations are kept in the log, and records of removed games with them; `off`: for ever. The last operation of a game stays with its record. A job whose operation was deleted is never carried out again.',
    }),
  RTMANAGER_TRIM_JOBS: z.enum(['on', 'off']).default('on').meta({
    description:
      'Whether ingested entries are removed from the job streams. Set `off` when other services read these streams. A stream with consumer groups is never trimmed.',
  }),
  RTMANAGER_TRIM_MARGIN: duration.prefault('1h').meta({
    description:
      'How much older than the last ingested entry an entry must be before it is removed. A database that is restored from a backup reads again only what is still there.',
  }),
  RTMANAGER_TRIM_RESULTS: keptEntries.prefault('off').meta({
    description:
      'What stays in the streams of results and named outcomes: entries of a time such as `30d`, or the last so many, such as `100000`; `off`: all. Entries within `RTMANAGER_RESULT_RESEND_WINDOW` always stay, and so does what a consumer group still needs. A reader without a group that is further behind misses results.',
  }),
  RTMANAGER_INSTANCE: z
    .string()
    .regex(/^[a-zA-Z0-9][\w.-]{0,62}$/, 'must be letters, digits, dots, dashes')
    .optional()
    .meta({
      description:
        'Name of this installation, a label of its containers; other containers are never touched. Without it: a UUID stored in the database.',
    }),
  RTMANAGER_START_JOBS_STREAM: stream.default('runtime:start_jobs').meta({ description: 'Key of the stream of start jobs.' }),
  RTMANAGER_STOP_JOBS_STREAM: stream.default('runtime:stop_jobs').meta({ description: 'Key of the stream of stop jobs.' }),
  RTMANAGER_JOB_RESULTS_STREAM: stream.default('runtime:job_results').meta({ description: 'Key of the stream of results.' }),
  RTMANAGER_JOB_OUTCOMES: z.enum(['on', 'off']).default('off').meta({
    description:
      'Whether each job and request is also answered by name, on a stream of its own. Switch it on only when every replica is of this version.',
  }),
  RTMANAGER_JOB_OUTCOMES_STREAM: stream.default('runtime:job_outcomes').meta({ description: 'Key of the stream of named outcomes.' }),
  RTMANAGER_DEAD_LETTERS_STREAM: stream.default('runtime:dead_letters').meta({ description: 'Key of the stream of dead letters.' }),
  RTMANAGER_DATA_DIR: z
    .string()
    .min(1)
    .optional()
    .meta({ description: 'Folder for the embedded database of `dev`. Without it, the database is in memory and lost with the process.' }),
  RTMANAGER_LOG_LEVEL: z
    .enum(['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent'])
    .default('info')
    .meta({ description: 'The lowest level that is logged: `trace`, `debug`, `info`, `warn`, `error`, `fatal` or `silent`.' }),
});

export type Config = z.output<typeof configSchema>;
