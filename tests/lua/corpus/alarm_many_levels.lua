-- expect: killed
-- Coroutines inside of coroutines, each of which catches what comes and goes on.
local function level(n)
  if n == 0 then while true do end end
  while true do pcall(coroutine.wrap(level), n - 1) end
end
function run() level(8) end
