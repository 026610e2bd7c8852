-- expect: killed
function run() for _ in function() return 1 end do end end
