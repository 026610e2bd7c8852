-- expect: killed
function run() repeat until false end
