-- expect: error read-only
function run() local env = _ENV for k in pairs(env) do assert(k ~= "load") end env.x = 1 end
