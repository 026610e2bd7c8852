-- expect: killed
function run() xpcall(function() while true do end end, function() while true do end end) end
