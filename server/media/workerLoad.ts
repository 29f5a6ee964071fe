/** What a Worker has to do. */
export class WorkerLoad {
  /** Consumers that carry. */
  consumers = 0;
  /** Of one core, 0 to 1, over the last second or so. */
  cpu = 0;
  routers = 0;
}
