-- expect: killed
function run() for _ = 1, 50 do pcall(function() while true do end end) end return "survived" end
