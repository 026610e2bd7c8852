-- expect: killed
function run() local t = {} xpcall(function() while true do t[#t + 1] = ("x"):rep(1000) .. #t end end, function() while true do end end) end
