-- One moment of one partition; writes nothing.
-- KEYS: state, totals, index
-- ARGV: prefix of the keys, then what the names of a series' cells begin with, first ('' = from the very first) and last key
--   number, both included, and so on
-- Gives {position, floor, clock, watermark, reached, totals, name of cells, cells, name of cells, cells, ...}
local moment = redis.call('HMGET', KEYS[1], 'position', 'floor', 'clock', 'watermark', 'reached')
moment[6] = redis.call('HGETALL', KEYS[2])

local spans, numbers = {}, 0
for i = 2, #ARGV, 3 do
  local span = {ARGV[i + 1] == '' and -math.huge or tonumber(ARGV[i + 1]), tonumber(ARGV[i + 2])}
  spans[ARGV[i]] = spans[ARGV[i]] or {}
  table.insert(spans[ARGV[i]], span)
  numbers = numbers + math.max(0, span[2] - span[1] + 1)
end

local function show(name)
  local cells = redis.call('HGETALL', ARGV[1] .. name)
  if #cells > 0 then
    moment[#moment + 1] = name
    moment[#moment + 1] = cells
  end
end

-- a few keys are asked for by name, many are picked from the index
if numbers <= redis.call('SCARD', KEYS[3]) then
  local shown = {}
  for head, list in pairs(spans) do
    for _, span in ipairs(list) do
      for number = span[1], span[2] do
        local name = head .. string.format('%d', number)
        if not shown[name] then show(name) end
        shown[name] = true
      end
    end
  end
else
  for _, name in ipairs(redis.call('SMEMBERS', KEYS[3])) do
    local _, _, head, number = string.find(name, '^(.*:)(%-?%d+)$')
    number = tonumber(number)
    for _, span in ipairs(spans[head] or {}) do
      if span[1] <= number and number <= span[2] then show(name) break end
    end
  end
end
return moment
