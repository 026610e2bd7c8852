-- expect: killed
function run() local s = "x" while true do s = s .. s end end
