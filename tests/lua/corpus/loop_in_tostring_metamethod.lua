-- expect: killed
function run() return tostring(setmetatable({}, {__tostring = function() while true do end end})) end
