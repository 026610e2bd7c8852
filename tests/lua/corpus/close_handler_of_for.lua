-- expect: error non-closable
function run() for _ in next, {}, nil, setmetatable({}, {__close = function() while true do end end}) do end end
