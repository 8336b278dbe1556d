// By how much a phone's clock is before the service's, and what becomes of a moment that was noted by another clock.
const WRONG_MS = 2 * 60 * 1000;

// `ahead`: in milliseconds. `isSure`: only where the clock was not set since the service has said its own; a phone that slept
// does not know.
export const startClock = () => {
  let said = NaN;
  let ahead = 0;
  let measured = 0;
  return {
    // `at`: what the service has just said that it is.
    learn: (at) => {
      said = at;
      ahead = Date.now() - at;
      // What no clock's setting changes.
      measured = performance.now();
    },
    now: () => {
      const slept = Date.now() - ahead - said - (performance.now() - measured);
      return { ahead, isSure: Math.abs(slept) < WRONG_MS };
    },
  };
};

// What is to be added to a moment that a clock noted which was `before` ahead, now that the phone's is `ahead`.
export const movedBy = (before, ahead) => {
  const by = ahead - before;
  return typeof before === 'number' && Math.abs(by) > WRONG_MS ? by : 0;
};
export const moved = (at, by) => new Date(Date.parse(at) + by).toISOString();
