-- expect: killed
function run() for _ = 1, 1e9 do setmetatable({}, {__gc = function() while true do end end}) end end
