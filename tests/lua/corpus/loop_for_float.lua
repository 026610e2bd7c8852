-- expect: killed
function run() for i = 1.0, 2.0, 0.0000000001 do end end
