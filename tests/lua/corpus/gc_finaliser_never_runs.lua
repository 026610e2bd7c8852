-- expect: ok
local ran = {n = 0}
function run()
  local count = 0
  for _ = 1, 2000 do setmetatable({}, {__gc = function() count = count + 1 end}) end
  local junk for i = 1, 3000 do junk = {i, {i}} end
  assert(count == 0)
end
