-- expect: error non-closable
function run() local x <close> = setmetatable({}, {__close = function() while true do end end}) end
