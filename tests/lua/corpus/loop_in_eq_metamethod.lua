-- expect: killed
function run() local m = {__eq = function() while true do end end} return setmetatable({}, m) == setmetatable({}, m) end
