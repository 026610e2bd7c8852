-- expect: killed
function run() return ("a"):rep(50000):gsub("a*b", "") end
