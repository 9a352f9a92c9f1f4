-- Leaves a position that no commit can match, where a missing one would let a late worker begin anew; then frees the rest.
-- KEYS: state, totals, index   ARGV: prefix of the keys
redis.call('HSET', KEYS[1], 'position', 'retired', 'stamp', '')
for _, name in ipairs(redis.call('SMEMBERS', KEYS[3])) do redis.call('UNLINK', ARGV[1] .. name) end
redis.call('UNLINK', KEYS[2], KEYS[3])
return 1
