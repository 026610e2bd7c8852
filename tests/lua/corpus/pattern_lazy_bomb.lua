-- expect: killed
function run() return ("a"):rep(200):find(".-.-.-b") end
