-- expect: error zero
function run() return 1 // 0 end
