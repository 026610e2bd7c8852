-- expect: killed
function run() ::again:: goto again end
