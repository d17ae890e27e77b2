/** How the API turns a call down: a status and the daemon's words. */
export class ApiRefusal extends Error {
  readonly status: number;

  constructor(status: number, message: string) {
    super(message);
    this.name = 'ApiRefusal';
    this.status = status;
  }
}

/** No container bears this name or id. */
export const noSuchContainer = (target: string) => new ApiRefusal(404, `No such container: ${target}`);

/** The container is not running, and so cannot be killed or paused. */
export const notRunning = (id: string) => new ApiRefusal(409, `Container ${id} is not running`);
