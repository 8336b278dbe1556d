// How far a fix is from the event's area, and what the service will make of it. It only advises: the service decides.
const AXIS_M = 6378137;
const ECCENTRICITY_SQUARED = 0.00669437999014;
const DEGREE = Math.PI / 180;

// Metres that a degree of longitude and one of latitude stand for there, on the ellipsoid of WGS 84.
const degreesInMetres = (latitude) => {
  const sine = Math.sin(latitude * DEGREE);
  const bent = 1 - ECCENTRICITY_SQUARED * sine * sine;
  return [
    (AXIS_M * Math.cos(latitude * DEGREE) * DEGREE) / Math.sqrt(bent),
    (AXIS_M * (1 - ECCENTRICITY_SQUARED) * DEGREE) / bent ** 1.5,
  ];
};

// From the origin to the nearest point of a line between two points.
const toLine = ([ax, ay], [bx, by]) => {
  const [dx, dy] = [bx - ax, by - ay];
  const length = dx * dx + dy * dy;
  const share = length ? Math.min(1, Math.max(0, -(ax * dx + ay * dy) / length)) : 0;
  return Math.hypot(ax + share * dx, ay + share * dy);
};

// `area`: lines of [longitude, latitude], whether they are rings, and the margin around them, as the page gives it.
export const metresTo = (area, latitude, longitude) => {
  const [wide, high] = degreesInMetres((latitude + area.lines[0][0][1]) / 2);
  let nearest = Infinity;
  let inside = false;
  area.lines.forEach((line) => {
    const points = line.map(([x, y]) => [(x - longitude) * wide, (y - latitude) * high]);
    points.forEach((one, at) => {
      const next = points[Math.min(at + 1, points.length - 1)];
      nearest = Math.min(nearest, toLine(one, next));
      // A ray to the east: each side of a ring that it meets leads in or out.
      const crosses = area.closed && (one[1] > 0) !== (next[1] > 0);
      if (crosses && one[0] - (one[1] * (next[0] - one[0])) / (next[1] - one[1]) > 0) inside = !inside;
    });
  });
  return inside ? 0 : Math.max(0, nearest - area.margin);
};

// `limits`: the service's own. `fix`: its `accuracy` in metres, 0 where the phone says none.
export const advise = (area, limits, fix) => {
  const metres = metresTo(area, fix.latitude, fix.longitude);
  const { accuracy } = fix;
  const isGood = accuracy > 0 && accuracy <= limits.good;
  if (metres <= Math.max(limits.near, 2 * Math.min(accuracy, limits.good))) {
    const isEnough = isGood || (accuracy > 0 && accuracy <= limits.weak && metres <= limits.near);
    return { name: isEnough ? 'inside' : 'weak', metres };
  }
  // A better fix may well be inside.
  const isDoubtful = !isGood && metres <= limits.review + limits.factor * accuracy;
  return { name: isDoubtful ? 'weak' : 'outside', metres };
};
