// The steps on Redis, one script each: all counters of a step, or none. Time is the server's, so that
// gateways whose clocks differ count in the same windows. EVALSHA, and EVAL where the server does not know
// the script.
//
// A key holds one counter:
//   window   a hash: slot (a twelfth of the span) -> amount
//   level    a sorted set: holder -> when its place is given up
//   sum      a hash: v -> settled, r:GATEWAY -> reserved, t:GATEWAY -> when that one was last heard of. What
//            a gateway has reserved counts while it is heard of.
//
// KEYS: the counters. ARGV: the gateway, then for each counter its arguments. Amounts go through HINCRBY as
// they are; only comparisons are made in Lua's doubles.
#pragma once

namespace counters_redis {

inline constexpr const char* kShared = R"lua(
local clock = redis.call('TIME')
local now = clock[1] * 1000 + math.floor(clock[2] / 1000)
local gateway = ARGV[1]
local heard = 900000

local function width(span) return math.max(1, math.floor(span / 12)) end

local function window(key, span)
  local slot, sum, first, gone = math.floor(now / width(span)), 0, nil, {}
  local all = redis.call('HGETALL', key)
  for i = 1, #all, 2 do
    local at, amount = tonumber(all[i]), tonumber(all[i + 1])
    if at <= slot - 13 then gone[#gone + 1] = all[i]
    else
      sum = sum + amount
      if amount > 0 and (not first or at < first) then first = at end
    end
  end
  if #gone > 0 then redis.call('HDEL', key, unpack(gone)) end
  return sum, first and (first + 13) * width(span) - now or 0
end

local function sum(key)
  local all, used, mine = redis.call('HGETALL', key), nil, {}
  for i = 1, #all, 2 do mine[all[i]] = all[i + 1] end
  if not mine['v'] then return nil end
  used = tonumber(mine['v'])
  for name, amount in pairs(mine) do
    local whose = string.match(name, '^r:(.*)$')
    if whose and now - (tonumber(mine['t:' .. whose]) or 0) < heard then used = used + tonumber(amount) end
  end
  return used
end

local function used(key, kind, span)
  if kind == 'w' then return window(key, span) end
  if kind == 's' then return sum(key), 0 end
  redis.call('ZREMRANGEBYSCORE', key, '-inf', now)
  return redis.call('ZCARD', key), 0
end
)lua";

/// For each counter: kind, limit, span, ends, amount, holder. Gives "ok", the time, and used and reset of
/// each; or "full" or "unknown", the number of the counter from 0, the time, used and reset.
inline constexpr const char* kTake = R"lua(
local figures = {}
for i, key in ipairs(KEYS) do
  local a = 2 + (i - 1) * 6
  local count, reset = used(key, ARGV[a], tonumber(ARGV[a + 2]))
  if not count then return {'unknown', i - 1, string.format('%.0f', now), '0', '0'} end
  if count >= tonumber(ARGV[a + 1]) then
    return {'full', i - 1, string.format('%.0f', now), string.format('%.0f', count), string.format('%.0f', reset)}
  end
  figures[i] = count
end
local answer = {'ok', 0, string.format('%.0f', now)}
for i, key in ipairs(KEYS) do
  local a = 2 + (i - 1) * 6
  local kind, span, amount = ARGV[a], tonumber(ARGV[a + 2]), ARGV[a + 4]
  local reset = 0
  if kind == 'w' then
    redis.call('HINCRBY', key, string.format('%.0f', math.floor(now / width(span))), amount)
    redis.call('PEXPIRE', key, span + 2 * width(span))
    local _, fresh = window(key, span)
    reset = fresh
  elseif kind == 'l' then
    redis.call('ZADD', key, now + span, ARGV[a + 5])
    redis.call('PEXPIRE', key, span)
  else
    redis.call('HINCRBY', key, 'r:' .. gateway, amount)
    redis.call('HSET', key, 't:' .. gateway, string.format('%.0f', now))
  end
  answer[#answer + 1] = string.format('%.0f', figures[i] + tonumber(amount))
  answer[#answer + 1] = string.format('%.0f', reset)
end
return answer
)lua";

/// For each counter: kind, span, taken, amount, when it was taken, holder.
inline constexpr const char* kSettle = R"lua(
for i, key in ipairs(KEYS) do
  local a = 2 + (i - 1) * 6
  local kind, span, taken, amount = ARGV[a], tonumber(ARGV[a + 1]), ARGV[a + 2], ARGV[a + 3]
  if kind == 'w' then
    local by = tonumber(amount) - tonumber(taken)
    local slot = math.floor(now / width(span))
    local before = math.floor(tonumber(ARGV[a + 4]) / width(span))
    if by > 0 then
      redis.call('HINCRBY', key, string.format('%.0f', slot), string.format('%.0f', by))
      redis.call('PEXPIRE', key, span + 2 * width(span))
    elseif by < 0 and before > slot - 13 then
      local there = tonumber(redis.call('HGET', key, string.format('%.0f', before)) or '0')
      by = math.max(by, -there)
      if by < 0 then redis.call('HINCRBY', key, string.format('%.0f', before), string.format('%.0f', by)) end
    end
  elseif kind == 'l' then
    redis.call('ZREM', key, ARGV[a + 5])
  elseif redis.call('HEXISTS', key, 'v') == 1 then
    if taken ~= '0' then redis.call('HINCRBY', key, 'r:' .. gateway, '-' .. taken) end
    redis.call('HINCRBY', key, 'v', amount)
    redis.call('HSET', key, 't:' .. gateway, string.format('%.0f', now))
  end
end
return 'ok'
)lua";

/// For each counter: at least so much was used, and when it ends (0: never).
inline constexpr const char* kSeed = R"lua(
for i, key in ipairs(KEYS) do
  local a = 2 + (i - 1) * 2
  local there = redis.call('HGET', key, 'v')
  if not there or tonumber(there) < tonumber(ARGV[a]) then redis.call('HSET', key, 'v', ARGV[a]) end
  if ARGV[a + 1] ~= '0' then redis.call('PEXPIREAT', key, ARGV[a + 1]) end
end
return 'ok'
)lua";

/// For each counter: kind, span. Gives used and reset of each.
inline constexpr const char* kRead = R"lua(
local answer = {}
for i, key in ipairs(KEYS) do
  local count, reset = used(key, ARGV[2 + (i - 1) * 2], tonumber(ARGV[3 + (i - 1) * 2]))
  answer[#answer + 1] = string.format('%.0f', count or 0)
  answer[#answer + 1] = string.format('%.0f', reset or 0)
end
return answer
)lua";

/// Says that this gateway lives (ARGV[2]: for how many milliseconds), and gives how many do.
inline constexpr const char* kHello = R"lua(
redis.call('ZREMRANGEBYSCORE', KEYS[1], '-inf', now)
redis.call('ZADD', KEYS[1], now + tonumber(ARGV[2]), gateway)
redis.call('PEXPIRE', KEYS[1], ARGV[2])
return redis.call('ZCARD', KEYS[1])
)lua";

}  // namespace counters_redis
