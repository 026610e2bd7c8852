-- expect: ok
function run() assert(not pcall(string.format, "%p", {})) assert(("%s"):format({}) == "table") end
