-- expect: killed
function run() return ("("):rep(100000):find("%b()") end
