-- expect: error read-only
local cache = {}
function run() cache.x = "secret" end
