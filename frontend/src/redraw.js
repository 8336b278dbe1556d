// What looks as it did stays where it is: a press that has begun on it, and the focus, are not lost.
export const redraw = (parent, wanted) => {
  const before = Array.from(parent.children);
  const now = wanted.map((one) => {
    const at = before.findIndex((there) => there.outerHTML === one.outerHTML);
    return at < 0 ? one : before.splice(at, 1)[0];
  });
  before.forEach((one) => one.remove());
  now.forEach((one, at) => { if (parent.children[at] !== one) parent.insertBefore(one, parent.children[at] || null); });
};
