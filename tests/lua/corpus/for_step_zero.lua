-- expect: error 'for' step is zero
function run() for i = 1, 2, 0 do end end
