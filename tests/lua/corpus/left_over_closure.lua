-- expect: ok twice
local function maker() local n = 0 return function() n = n + 1 return n end end
local next_number = maker()
function run() assert(next_number() == 1, "left over") end
