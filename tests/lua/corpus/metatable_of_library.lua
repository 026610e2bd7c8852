-- expect: ok
function run() for _, t in ipairs{string, table, math, coroutine, utf8, _ENV} do assert(getmetatable(t) == false) assert(not pcall(setmetatable, t, {})) end end
