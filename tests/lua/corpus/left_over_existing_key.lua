-- expect: error read-only
local cache = {x = 1}
function run() cache.x = 2 end
