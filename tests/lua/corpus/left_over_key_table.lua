-- expect: error read-only
local key = {}
local map = {[key] = 1}
function run() key.x = 1 end
