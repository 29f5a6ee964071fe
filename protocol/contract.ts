import * as v from 'valibot';
import { ErrorBodySchema, type ErrorBody } from './errors.ts';

// The machinery that turns one declaration of a message into the types of both ends.

type Schema = v.GenericSchema;

/** A message that is answered: what goes in and what comes out. */
export interface RequestSpec<Input extends Schema = Schema, Output extends Schema = Schema> {
  readonly input: Input;
  readonly output: Output;
}

export type RequestSpecs = Readonly<Record<string, RequestSpec>>;
export type NotificationSpecs = Readonly<Record<string, Schema>>;

/** Declares a request; without an output schema the answer is an empty object. */
export function request<Input extends Schema>(input: Input): RequestSpec<Input, typeof EmptySchema>;
export function request<Input extends Schema, Output extends Schema>(
  input: Input,
  output: Output,
): RequestSpec<Input, Output>;
export function request(input: Schema, output: Schema = EmptySchema): RequestSpec {
  return { input, output };
}

export const EmptySchema = v.strictObject({});

export type InputOf<Spec extends RequestSpec> = v.InferOutput<Spec['input']>;
export type OutputOf<Spec extends RequestSpec> = v.InferOutput<Spec['output']>;
/** As whoever answers writes it: what a schema fills in may be left out. */
export type AnswerOf<Spec extends RequestSpec> = v.InferInput<Spec['output']>;

/** How every request is answered on the wire. */
export type Reply<Output> =
  { readonly ok: true; readonly data: Output } | { readonly ok: false; readonly error: ErrorBody };

/** The wire's view of a reply whose data is still to be checked. */
export const ReplySchema = v.variant('ok', [
  v.strictObject({ ok: v.literal(true), data: v.unknown() }),
  v.strictObject({ ok: v.literal(false), error: ErrorBodySchema }),
]);

/**
 * What a message fails, for an error's text: in the words of its schema, since nothing that a client
 * wrote may come back.
 */
export function describeFailure(schema: Schema, [issue]: readonly v.BaseIssue<unknown>[]): string {
  const key: unknown = issue?.path?.[0]?.key;
  const isField =
    typeof key === 'string' && 'entries' in schema && Object.hasOwn(schema.entries as object, key);
  return `${isField ? key : 'message'} fails ${issue?.type ?? 'its schema'}`;
}

/** One function a request, bound to `Caller`: the shape of a server's (or client's) handler table. */
export type Handlers<Specs extends RequestSpecs, Caller> = {
  readonly [Name in keyof Specs]: (
    caller: Caller,
    input: InputOf<Specs[Name]>,
  ) => AnswerOf<Specs[Name]> | Promise<AnswerOf<Specs[Name]>>;
};

/** socket.io's event map of requests, as the side that sends them types its socket. */
export type RequestEvents<Specs extends RequestSpecs> = {
  [Name in keyof Specs]: (
    input: v.InferInput<Specs[Name]['input']>,
    acknowledge: (reply: Reply<OutputOf<Specs[Name]>>) => void,
  ) => void;
};

/** socket.io's event map of notifications; those that are news carry their number. */
export type NotificationEvents<Specs extends NotificationSpecs> = {
  [Name in keyof Specs]: (body: v.InferInput<Specs[Name]>, newsNumber?: number) => void;
};
