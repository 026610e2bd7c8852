-- expect: killed
function run() return ("aaaa"):gsub("a", function() while true do end end) end
