-- expect: killed
function run() error(setmetatable({}, {__tostring = function() while true do end end, __index = function() while true do end end})) ; end
local old = run
function run() pcall(old) while true do end end
