-- expect: killed
function run() return ("a"):rep(5000):match(".*.*.*.*b") end
