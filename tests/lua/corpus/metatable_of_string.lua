-- expect: ok
function run() assert(getmetatable("") == false) assert(not pcall(setmetatable, "", {})) assert(not pcall(function() getmetatable("").__index = nil end)) end
