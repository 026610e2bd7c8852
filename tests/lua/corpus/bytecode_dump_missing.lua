-- expect: ok
function run() assert(string.dump == nil and ("").dump == nil) end
