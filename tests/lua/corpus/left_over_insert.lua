-- expect: error read-only
local cache = {1, 2}
function run() table.insert(cache, "secret") end
