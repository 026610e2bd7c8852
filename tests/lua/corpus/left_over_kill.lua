-- expect: killed twice
local n = 0
function run() assert(n == 0, "left over") n = n + 1 while true do end end
