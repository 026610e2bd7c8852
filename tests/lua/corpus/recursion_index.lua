-- expect: error stack overflow
function run() local t = {} local m = {} m.__index = function(x, k) return setmetatable({}, m)[k] end return setmetatable(t, m).x end
