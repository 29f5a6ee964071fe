// Each runs in Redis as one step (EVAL): what it reads holds until it has written. Times in ms.
//
//   cora:nodes           hash   server -> JSON of who it is, with `until`: by the clock of Redis
//   cora:pages           zset   origin of pages -> when one was last seen that takes people from them
//   cora:epoch           string counts up with each room that is taken
//   cora:lease:<room>    string `<server>/<epoch>` of the server that has the room; runs out by itself
//   cora:room:<room>     hash   `fence`: the last such that was given out, which alone may write; and the room
//   cora:room:<room>:... what is kept of it beside

export const NODES = 'cora:nodes';
export const leaseKey = (roomId: string) => `cora:lease:${roomId}`;
export const roomKey = (roomId: string) => `cora:room:${roomId}`;

/** A room that nobody takes for longer than its invitations last is forgotten. */
const KEEP_MS = 400 * 24 * 3_600_000;

const NOW = `
  local time = redis.call('TIME')
  local now = time[1] * 1000 + math.floor(time[2] / 1000)`;

const LIVE = `
  local live = {}
  local all = redis.call('HGETALL', 'cora:nodes')
  for i = 1, #all, 2 do
    local isRead, server = pcall(cjson.decode, all[i + 1])
    local isServer = isRead and type(server) == 'table'
    if isServer and type(server['until']) == 'number' and server['until'] > now then
      table.insert(live, all[i + 1])
    else
      redis.call('HDEL', 'cora:nodes', all[i])
    end
  end`;

/** A page may be older than the server that it goes to, and than the one that it came from. */
const PAGES_MS = 24 * 3_600_000;

/**
 * ARGV: server, JSON without `until`, how long it holds, then origins of the pages that it takes people from.
 * Returns the JSON of all that are there, and all origins of the last day.
 */
export const BEAT = `${NOW}
  local me = cjson.decode(ARGV[2])
  me['until'] = now + tonumber(ARGV[3])
  redis.call('HSET', 'cora:nodes', ARGV[1], cjson.encode(me))
  for i = 4, #ARGV do redis.call('ZADD', 'cora:pages', now, ARGV[i]) end
  redis.call('ZREMRANGEBYSCORE', 'cora:pages', 0, now - ${PAGES_MS})
  ${LIVE}
  return {live, redis.call('ZRANGE', 'cora:pages', 0, -1)}`;

/** ARGV: room. Returns who has it, or an empty string, then the JSON of all servers. */
export const LOCATE = `${NOW}
  ${LIVE}
  table.insert(live, 1, redis.call('GET', 'cora:lease:' .. ARGV[1]) or '')
  return live`;

/**
 * ARGV: room, server, how long. Returns 'taken', the fence, and 1 where the last server let go of the room in
 * good order; or 'elsewhere' and who has it.
 */
export const CLAIM = `
  local lease = 'cora:lease:' .. ARGV[1]
  local room = 'cora:room:' .. ARGV[1]
  local holder = redis.call('GET', lease)
  if holder then return {'elsewhere', holder} end
  local fence = ARGV[2] .. '/' .. redis.call('INCR', 'cora:epoch')
  local clean = redis.call('HGET', room, 'released')
  redis.call('SET', lease, fence, 'PX', ARGV[3])
  redis.call('HSET', room, 'fence', fence)
  redis.call('HDEL', room, 'released')
  redis.call('PEXPIRE', room, ${KEEP_MS})
  return {'taken', fence, clean and '1' or '0'}`;

/**
 * ARGV: how long, then room and fence by turns. Returns for each room: 'kept'; 'lost' where another had it since;
 * 'anew' where Redis knows nothing of it, and is to be told all.
 */
export const RENEW = `
  local answers = {}
  for i = 2, #ARGV, 2 do
    local lease = 'cora:lease:' .. ARGV[i]
    local room = 'cora:room:' .. ARGV[i]
    local fence = ARGV[i + 1]
    local holder = redis.call('GET', lease)
    local last = redis.call('HGET', room, 'fence')
    local answer = 'lost'
    if holder == fence then
      redis.call('PEXPIRE', lease, ARGV[1])
      answer = 'kept'
    elseif not holder and (last == fence or not last) then
      redis.call('SET', lease, fence, 'PX', ARGV[1])
      redis.call('HSET', room, 'fence', fence)
      redis.call('HDEL', room, 'released')
      answer = last and 'kept' or 'anew'
    end
    table.insert(answers, answer)
  end
  return answers`;

/** ARGV: room, fence. Lets go of it in good order. */
export const RELEASE = `
  local room = 'cora:room:' .. ARGV[1]
  if redis.call('HGET', room, 'fence') ~= ARGV[2] then return 0 end
  redis.call('HSET', room, 'released', '1')
  if redis.call('GET', 'cora:lease:' .. ARGV[1]) == ARGV[2] then
    redis.call('DEL', 'cora:lease:' .. ARGV[1])
  end
  return 1`;

/**
 * ARGV: room, fence, JSON of commands, each its name, the part of the room that it is about, and the rest.
 * Returns 1; 0 where another server had the room since, and -1 where Redis knows nothing of it: then nothing was done.
 */
export const WRITE = `
  local room = 'cora:room:' .. ARGV[1]
  local last = redis.call('HGET', room, 'fence')
  if not last then return -1 end
  if last ~= ARGV[2] then return 0 end
  for _, command in ipairs(cjson.decode(ARGV[3])) do
    local name = table.remove(command, 1)
    local part = table.remove(command, 1)
    local key = part == '' and room or room .. ':' .. part
    redis.call(name, key, unpack(command))
    if part ~= '' then redis.call('PEXPIRE', key, ${KEEP_MS}) end
  end
  return 1`;
