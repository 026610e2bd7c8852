-- expect: killed
function run() local s = "xxxxxxxx" while true do pcall(function() while true do s = s .. s end end) end end
