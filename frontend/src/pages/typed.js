// Another language in the middle of a form: what was typed waits in this tab for the next page alone, which fills it in
// where it is the same one. What is hidden goes along where the form was drawn from it, so that others' changes are not undone.
const KEY = 'tazalyq-typed';
const DRAWN_FROM = ['version', 'shown', 'id'];
const OF_EACH_PAGE = ['csrf_token', 'next'];
const NO_TEXT = ['password', 'file', 'submit', 'button', 'fieldset', 'output'];

const ofTab = (act) => {
  try {
    return act(window.sessionStorage);
  } catch {
    return null; // A browser that keeps nothing.
  }
};
const nameOf = (field) => field.name || field.id;
const isBox = (field) => field.type === 'checkbox' || field.type === 'radio';
// A field that is called `id` would stand in its place.
const idOf = (form) => form.getAttribute('id') || '';
const isHidden = (field) => field.type === 'hidden';

const isTouched = (field) => {
  if (isBox(field)) return field.checked !== field.defaultChecked;
  if (!field.options) return field.value !== field.defaultValue;
  return field.selectedIndex !== Math.max(0, Array.from(field.options).findIndex((one) => one.defaultSelected));
};

// `isWhole`: the page has answered a refused form, so that nothing in it is as the next page would draw it.
const typedIn = (form, isWhole) => {
  const isKept = (field) => {
    if (!isHidden(field)) return nameOf(field) && NO_TEXT.indexOf(field.type) < 0;
    return OF_EACH_PAGE.indexOf(field.name) < 0 && (isWhole || field.dataset.typed || DRAWN_FROM.indexOf(field.name) >= 0);
  };
  const fields = Array.from(form.elements).filter(isKept);
  const touched = fields.filter((field) => !isHidden(field) && (isWhole || isTouched(field)));
  if (!touched.length) return [];
  return fields.filter(isHidden).concat(touched).map((field) => [nameOf(field), field.value, isBox(field) ? field.checked : null]);
};

const fillIn = (form, [name, value, isChecked]) => {
  Array.from(form.elements).forEach((field) => {
    if (nameOf(field) !== name || (isBox(field) && field.value !== value)) return;
    if (isBox(field)) field.checked = isChecked;
    else field.value = value;
    // A text of another language, that its own page shows.
    if (isHidden(field) && DRAWN_FROM.indexOf(name) < 0) field.dataset.typed = 'yes';
    const folded = field.closest('details');
    if (folded && value && isChecked !== false) folded.open = true;
  });
};

export const keepTyped = (isWhole) => {
  const page = location.pathname.replace(/^\/\w+/, '');
  const forms = () => Array.from(document.querySelectorAll('main form'));
  const kept = ofTab((tab) => tab.getItem(KEY));
  if (kept) {
    ofTab((tab) => tab.removeItem(KEY));
    const found = JSON.parse(kept);
    forms().forEach((form) => {
      if (found.page === page) (found.typed[idOf(form)] || []).forEach((one) => fillIn(form, one));
    });
  }
  document.querySelectorAll('.languages a').forEach((link) => link.addEventListener('click', () => {
    const typed = {};
    forms().forEach((form) => { typed[idOf(form)] = (typed[idOf(form)] || []).concat(typedIn(form, isWhole)); });
    if (Object.keys(typed).some((id) => typed[id].length)) ofTab((tab) => tab.setItem(KEY, JSON.stringify({ page, typed })));
  }));
};
