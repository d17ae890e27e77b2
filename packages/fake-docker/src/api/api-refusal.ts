/** The API refuses a call with a status and the daemon's message. */
export class ApiRefusal extends Error {
  readonly status: number;

  constructor(status: number, message: string) {
    super(message);
    this.name = 'ApiRefusal';
    this.status = status;
  }
}

/** No container has this name or id. */
export const noSuchContainer = (target: string) => new ApiRefusal(404, `No such container: ${target}`);

/** The container is not running, so it cannot be killed or paused. */
export const notRunning = (id: string) => new ApiRefusal(409, `Container ${id} is not running`);
