-- Puts a new stamp on a partition, so that every older session is refused from here on, and tells where its fold stands.
-- KEYS: state, totals, index
-- ARGV: the new stamp, begin and end of the log, topic id, prefix of the keys, what the names of ids begin with
-- Gives {'taken', position, floor, clock, watermark, reached, name of ids, ids, name of ids, ids, ...}, or why nothing was changed:
--   {'retired'} {'lost'} {'unfit', position} {'topic', position, its id} {'outside', position} {'expires', key}
local state = redis.call('HMGET', KEYS[1], 'position', 'floor', 'clock', 'watermark', 'reached', 'topic_id')
local position, topic = state[1], state[6]
if position == 'retired' then return {'retired'} end
if not position then
  if redis.call('EXISTS', unpack(KEYS)) > 0 then return {'lost'} end
  position, topic = ARGV[2], ARGV[4]
end
if not string.find(position, '^%d+$') then return {'unfit', position} end
if topic ~= ARGV[4] then return {'topic', position, topic or ''} end
if tonumber(position) < tonumber(ARGV[2]) or tonumber(position) > tonumber(ARGV[3]) then return {'outside', position} end

for _, key in ipairs(KEYS) do
  if redis.call('TTL', key) >= 0 then return {'expires', key} end
end
local taken = {'taken', position, state[2], state[3], state[4], state[5]}
for _, name in ipairs(redis.call('SMEMBERS', KEYS[3])) do
  local key = ARGV[5] .. name
  if redis.call('TTL', key) >= 0 then return {'expires', key} end
  if string.sub(name, 1, #ARGV[6]) == ARGV[6] then
    taken[#taken + 1] = name
    taken[#taken + 1] = redis.call('GET', key)
  end
end

redis.call('HSET', KEYS[1], 'position', position, 'topic_id', topic, 'stamp', ARGV[1])
return taken
