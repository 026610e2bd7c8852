-- expect: killed
local t = {}
function run() local a = setmetatable({}, {__index = t}) while true do local _ = a.missing end end
