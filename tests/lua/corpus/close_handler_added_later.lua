-- expect: error non-closable
function run() local m = {} local t = setmetatable({}, m) m.__close = function() while true do end end local x <close> = t end
