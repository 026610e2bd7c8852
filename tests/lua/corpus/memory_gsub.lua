-- expect: stopped
function run() return ("a"):rep(2000):gsub("a", ("b"):rep(100000)) end
