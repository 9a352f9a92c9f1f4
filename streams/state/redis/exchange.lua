-- Puts one string in the place of another, as one.
-- KEYS: where it stands   ARGV: what it is known to be ('' = nothing), what it shall be
-- Gives 1, or 0 where it is another and nothing was changed
if (redis.call('GET', KEYS[1]) or '') ~= ARGV[1] then return 0 end
redis.call('SET', KEYS[1], ARGV[2])
return 1
