-- expect: refused expected
function run( end
