// For NODE_OPTIONS=--require=…: writes down, four times a second, how long the event loop of a daemon stood still at most, in milliseconds, as a line of
// JSON in EVENT_LOOP_FILE.
const { appendFileSync } = require('node:fs');
const { monitorEventLoopDelay } = require('node:perf_hooks');

const file = process.env.EVENT_LOOP_FILE;
if (file && process.argv[2] === 'run') {
  const histogram = monitorEventLoopDelay({ resolution: 10 });
  histogram.enable();
  const begun = Date.now();
  const look = () => {
    const { user, system } = process.cpuUsage();
    appendFileSync(
      file,
      `${JSON.stringify({
        at: Date.now() - begun,
        longest: Math.round(histogram.max / 1e6),
        p99: Math.round(histogram.percentile(99) / 1e6),
        cpu: Math.round((user + system) / 1000),
      })}\n`,
    );
    histogram.reset();
  };
  setInterval(look, 250).unref();
}
