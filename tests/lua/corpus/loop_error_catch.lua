-- expect: killed
function run() while true do pcall(error, "x") end end
