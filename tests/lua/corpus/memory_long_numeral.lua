-- expect: killed
function run() local s = ("0"):rep(1500000) .. "1" while true do pcall(function() for i = 1, s do end end) end end
