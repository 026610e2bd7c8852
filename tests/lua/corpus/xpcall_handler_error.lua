-- expect: error second
function run() xpcall(function() error("first") end, function() error("second") end) end
