-- expect: killed
function run() for _ in ("a"):rep(50000):gmatch("a-b") do end end
