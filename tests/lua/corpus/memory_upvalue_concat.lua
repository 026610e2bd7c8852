-- expect: killed
function run() local parts = {} for i = 1, 1e7 do parts[#parts + 1] = i .. "abcdefgh" end end
