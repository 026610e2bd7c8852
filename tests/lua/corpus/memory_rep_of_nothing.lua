-- expect: ok
function run() assert((""):rep(math.maxinteger) == "") end
