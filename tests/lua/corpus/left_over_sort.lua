-- expect: error read-only
local cache = {2, 1}
function run() table.sort(cache) end
