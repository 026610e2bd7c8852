-- expect: error an error that is a nil
function run() error(nil) end
