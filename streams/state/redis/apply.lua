-- Carries out a commit as one, or not at all.
-- KEYS: state, totals, index, then those of cells, of records, of ids, and of ids to forget
-- ARGV: position and stamp as the session knows them; the new position, floor, clock, watermark; the prefix of the keys;
--   {{fields, deltas, fields, deltas, ...} one pair of lists a key of cells, fields and deltas of the totals,
--    {records to put, records to forget, ...} two counts a key of records, number of keys of ids, of keys to forget, and of
--    internal topics what is reached of each source partition} as MessagePack; then a string of ids for each key of ids;
--   then for each key of records: entity, record, entity, record, ..., entity to forget, ...
-- Integers are decimal strings throughout: Lua and cmsgpack hold doubles and round 2^53 + 1 to 2^53.
local state = redis.call('HMGET', KEYS[1], 'position', 'stamp')
if state[1] ~= ARGV[1] or state[2] ~= ARGV[2] then return redis.error_reply('STALE ' .. (state[1] or 'nowhere')) end

local find, sub, format = string.find, string.sub, string.format
local abs, floor, min = math.abs, math.floor, math.min
local CHUNK = 3500  -- what unpack() can put on Lua's stack, with room to spare
local cells, totals_fields, totals_deltas, counts, slots, forgotten, reached = unpack(cmsgpack.unpack(ARGV[8]))

-- Whatever could fail comes before the first write: a script that fails half-way keeps its first writes.
for i = 3, 6 do
  if not find(ARGV[i], '^%-?%d+$') or #ARGV[i] > 20 then return redis.error_reply('UNFIT standing ' .. ARGV[i]) end
end
if not find(ARGV[3], '^[1-9]%d*$') or tonumber(ARGV[3]) <= tonumber(ARGV[1]) or tonumber(ARGV[3]) >= 2^53 then
  return redis.error_reply('UNFIT position ' .. ARGV[1] .. ' to ' .. ARGV[3])
end
local records_from, ids_from = 3 + #cells / 2, 3 + #cells / 2 + #counts / 2
local given = 8 + slots
for i = 1, #counts, 2 do given = given + 2 * counts[i] + counts[i + 1] end
if #KEYS ~= ids_from + slots + forgotten or #ARGV ~= given then return redis.error_reply('UNFIT number of arguments') end

-- Where doubles round: may these decimal strings be added by HINCRBY, their absolute values together staying below 2^62?
local function fits(old, delta)
  for _, text in ipairs({old, delta}) do
    if text ~= '0' and not find(text, '^%-?[1-9]%d*$') then return false end
  end
  local high, low = 0, 0
  for digits in string.gmatch(old .. ' ' .. delta, '%d+') do
    high, low = high + tonumber('0' .. sub(digits, 1, -10)), low + tonumber(sub(digits, -9))
  end
  high, low = high + floor(low / 1e9), low % 1e9
  return high < 4611686018 or (high == 4611686018 and low < 427387904)
end

-- What to write once all is checked: {key, field, sum, field, sum, ...}; {key, field, delta} where doubles would round.
-- One HSET for thousands of sums takes half the time of as many HINCRBY, in the append-only file above all.
local sums, additions = {}, {}

local function add(key, fields, deltas)
  if #fields ~= #deltas then return redis.error_reply('UNFIT fields of ' .. key) end
  for i = 1, #fields, CHUNK do
    local stored = redis.call('HMGET', key, unpack(fields, i, min(i + CHUNK - 1, #fields)))
    local sum, n = {'HSET', key}, 2
    for j = 1, #stored do
      local field, old, delta = fields[i + j - 1], stored[j] or '0', deltas[i + j - 1]
      local a, b = tonumber(old), tonumber(delta)
      local size = a and b and abs(a) + abs(b)
      if size and size < 2^53 and a % 1 == 0 and b % 1 == 0 then
        sum[n + 1], sum[n + 2], n = field, format('%.0f', a + b), n + 2
      elseif size and fits(old, delta) then
        additions[#additions + 1] = {'HINCRBY', key, field, delta}
      else
        return redis.error_reply('UNFIT sum in ' .. key .. ' ' .. field .. ': ' .. old .. ' and ' .. delta)
      end
    end
    if n > 2 then sums[#sums + 1] = sum end
  end
end

local fault = add(KEYS[2], totals_fields, totals_deltas)
if fault then return fault end
for i = 1, #cells, 2 do
  fault = add(KEYS[3 + (i + 1) / 2], cells[i], cells[i + 1])
  if fault then return fault end
end
redis.call('SCARD', KEYS[3])
for i = records_from + 1, ids_from do redis.call('HLEN', KEYS[i]) end
for i = 1, slots do
  local key, size = KEYS[ids_from + i], #ARGV[8 + i]
  if size % 8 ~= 0 or redis.call('STRLEN', key) + size > 2^29 then
    return redis.error_reply('UNFIT ids of ' .. key .. ': ' .. size .. ' bytes')
  end
end

local function each(command, key, from, to)
  for i = from, to, CHUNK do redis.call(command, key, unpack(ARGV, i, min(i + CHUNK - 1, to))) end
end

for _, write in ipairs(sums) do redis.call(unpack(write)) end
for _, write in ipairs(additions) do redis.call(unpack(write)) end
local from = 9 + slots
for i = 1, #counts, 2 do
  local key, last_put, last = KEYS[records_from + (i + 1) / 2], from + 2 * counts[i] - 1, from + 2 * counts[i] + counts[i + 1] - 1
  each('HSET', key, from, last_put)
  each('HDEL', key, last_put + 1, last)
  from = last + 1
end
for i = 1, slots do redis.call('APPEND', KEYS[ids_from + i], ARGV[8 + i]) end
for i = 4, ids_from + slots do redis.call('SADD', KEYS[3], sub(KEYS[i], #ARGV[7] + 1)) end
for i = ids_from + slots + 1, #KEYS do
  redis.call('DEL', KEYS[i])
  redis.call('SREM', KEYS[3], sub(KEYS[i], #ARGV[7] + 1))
end
redis.call('HSET', KEYS[1], 'position', ARGV[3], 'floor', ARGV[4], 'clock', ARGV[5], 'watermark', ARGV[6])
if reached then redis.call('HSET', KEYS[1], 'reached', reached) end
return 1
