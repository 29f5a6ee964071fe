import { fork, type ChildProcess } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { inside } from './commands.ts';
import type { Credential } from './turnClient.ts';

const AGENT = fileURLToPath(new URL('turnAgent.ts', import.meta.url));

type Call =
  | {
      readonly name: 'open';
      readonly server: string;
      readonly credential: Credential;
      readonly family: 4 | 6;
    }
  | { readonly name: 'permission' | 'channel'; readonly peer: string }
  | { readonly name: 'refresh'; readonly lifetimeS: number };

export type AgentRequest = { readonly id: number; readonly client: number } & Call;
export type AgentAnswer =
  { readonly id: number; readonly code: number } | { readonly id: number; readonly error: string };

/** A relay that was asked for, whether or not it was granted. Every answer is a code, 0 for success. */
export interface Relay {
  /** To the request for it: 401 for a bad credential, 486 where there are too many. */
  readonly code: number;
  permission(peer: string): Promise<number>;
  channel(peer: string): Promise<number>;
  /** Lets go of it with 0. */
  refresh(lifetimeS: number): Promise<number>;
}

/** Clients of a TURN server in a network namespace, each with a socket of its own. */
export class TurnPeers {
  readonly #agent: ChildProcess;
  readonly #server: string;
  readonly #waiting = new Map<number, (answer: AgentAnswer) => void>();
  #calls = 0;
  #clients = 0;

  constructor(namespace: string, server: string) {
    const [execPath, ...execArgv] = inside(namespace, process.execPath);
    this.#agent = fork(AGENT, [], { execPath, execArgv });
    this.#server = server;
    this.#agent.on('message', (answer: AgentAnswer) => this.#waiting.get(answer.id)?.(answer));
  }

  async open(credential: Credential, family: 4 | 6 = 4): Promise<Relay> {
    this.#clients += 1;
    const client = this.#clients;
    const server = this.#server;
    return {
      code: await this.#call(client, { name: 'open', server, credential, family }),
      permission: (peer) => this.#call(client, { name: 'permission', peer }),
      channel: (peer) => this.#call(client, { name: 'channel', peer }),
      refresh: (lifetimeS) => this.#call(client, { name: 'refresh', lifetimeS }),
    };
  }

  /** What is open stays so at the server, until its time is over. Idempotent. */
  close(): void {
    if (this.#agent.connected) this.#agent.disconnect();
  }

  #call(client: number, call: Call): Promise<number> {
    this.#calls += 1;
    const id = this.#calls;
    return new Promise((resolve, reject) => {
      this.#waiting.set(id, (answer) => {
        this.#waiting.delete(id);
        if ('code' in answer) resolve(answer.code);
        else reject(new Error(answer.error));
      });
      this.#agent.send({ id, client, ...call } satisfies AgentRequest);
    });
  }
}
