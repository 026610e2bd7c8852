-- expect: killed
function run() return ("aaaa"):gsub("a", setmetatable({}, {__index = function() while true do end end})) end
