-- expect: error stack overflow
function run() local m = {} m.__tostring = function(x) return tostring(setmetatable({}, m)) end return tostring(setmetatable({}, m)) end
