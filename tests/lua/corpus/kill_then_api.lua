-- expect: killed
function run() pcall(function() while true do end end) return string.rep("x", 10) end
