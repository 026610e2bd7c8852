-- expect: ok
function run() local t = setmetatable({}, {__metatable = "mine"}) assert(type(getmetatable(t)) == "table") setmetatable(t, nil) assert(getmetatable(t) == nil) end
