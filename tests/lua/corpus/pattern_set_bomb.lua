-- expect: killed
function run() return ("b"):rep(30000):find("[" .. ("a"):rep(2000) .. "]") end
