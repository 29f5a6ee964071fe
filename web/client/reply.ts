import {
  ProtocolError,
  ReplySchema,
  clientRequests,
  type ClientRequestName,
  type ClientRequests,
  type OutputOf,
} from '#protocol';
import * as v from 'valibot';

/** What the server answered to a request. @throws ProtocolError as it refused */
export function readReply<Name extends ClientRequestName>(
  name: Name,
  answer: unknown,
): OutputOf<ClientRequests[Name]> {
  const reply = v.parse(ReplySchema, answer);
  if (!reply.ok) throw ProtocolError.from(reply.error);
  return v.parse(clientRequests[name].output, reply.data) as OutputOf<ClientRequests[Name]>;
}
