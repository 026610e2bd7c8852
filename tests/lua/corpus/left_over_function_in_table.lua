-- expect: ok twice
local n = 0
local api = {add = function() n = n + 1 return n end}
function run() assert(api.add() == 1) end
