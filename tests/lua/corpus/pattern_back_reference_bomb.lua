-- expect: killed
function run() return ("a"):rep(4000):find("(.-)%1%1b") end
