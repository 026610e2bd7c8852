-- expect: error read-only
local m = {} m.__index = m
local t = setmetatable({}, m)
function run() assert(t.x == nil) m.x = "secret" end
