-- expect: error read-only
function run() string.upper = function() return "mine" end end
