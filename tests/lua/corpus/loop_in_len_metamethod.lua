-- expect: killed
function run() return #setmetatable({}, {__len = function() while true do end end}) end
