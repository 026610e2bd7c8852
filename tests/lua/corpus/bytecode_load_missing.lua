-- expect: ok
function run() assert(load == nil and loadstring == nil and loadfile == nil and dofile == nil and require == nil) end
