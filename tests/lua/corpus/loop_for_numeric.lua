-- expect: killed
function run() for i = 1, math.huge do end end
