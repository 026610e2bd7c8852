-- expect: error read-only
local cache = {deep = {{}}}
function run() cache.deep[1].x = "secret" end
