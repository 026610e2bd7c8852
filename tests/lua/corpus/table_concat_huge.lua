-- expect: killed
function run() pcall(table.concat, {}, "", 1, math.maxinteger) ; while true do end end
