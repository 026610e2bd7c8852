-- expect: ok
function run() local t = setmetatable({}, {__mode = "k"}) t[{}] = 1 for i = 1, 20000 do local _ = {i} end assert(next(t)) end
