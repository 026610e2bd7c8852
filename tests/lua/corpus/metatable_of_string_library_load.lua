-- expect: refused read-only
string.upper = function() return "mine" end
