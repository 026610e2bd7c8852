-- expect: error invalid format
function run() return ("%1000d"):format(1) end
