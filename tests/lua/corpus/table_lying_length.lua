-- expect: killed
function run() local t = setmetatable({}, {__len = function() return math.maxinteger end}) table.unpack(t, 1, 3) table.insert(t, 1, 2) end
