-- expect: killed
function run() return ("a"):rep(100000):find("a-b") end
