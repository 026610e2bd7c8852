-- expect: error an error that is a table
function run() error({code = 1}) end
