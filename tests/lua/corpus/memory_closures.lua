-- expect: killed
function run() local t = {} while true do t[#t + 1] = function() return t end end end
