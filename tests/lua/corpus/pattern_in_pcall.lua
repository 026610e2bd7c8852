-- expect: killed
function run() while true do pcall(string.find, ("a"):rep(200), ".-.-.-b") end end
