-- expect: error read-only
local cache = {1, 2}
function run() table.remove(cache) end
