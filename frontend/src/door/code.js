// The code of the place, minute by minute, by the phone alone: RFC 6238 for organizers, a list of codes for helpers.
import { encode } from 'uqr';
import * as store from './store.js';

const SVG = 'http://www.w3.org/2000/svg';
const LETTERS = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567';

const unbase32 = (text) => {
  const found = [];
  let bits = 0;
  let held = 0;
  Array.from(text.replace(/=+$/, '')).forEach((letter) => {
    held = (held << 5) | LETTERS.indexOf(letter);
    bits += 5;
    if (bits >= 8) {
      bits -= 8;
      found.push((held >>> bits) & 0xff);
    }
  });
  return new Uint8Array(found);
};

export const totp = async ({ secret, step_s: step, digits }, at) => {
  const key = await crypto.subtle.importKey('raw', unbase32(secret), { name: 'HMAC', hash: 'SHA-1' }, false, ['sign']);
  const counter = Math.floor(at / 1000 / step);
  const message = new DataView(new ArrayBuffer(8));
  message.setUint32(0, Math.floor(counter / 2 ** 32));
  message.setUint32(4, counter % 2 ** 32);
  const mac = new DataView(await crypto.subtle.sign('HMAC', key, message.buffer));
  const offset = mac.getUint8(19) & 0x0f;
  const number = (mac.getUint32(offset) & 0x7fffffff) % 10 ** digits;
  return String(number).padStart(digits, '0');
};

const drawn = (text) => {
  const { data, size } = encode(text, { ecc: 'M', border: 2 });
  const made = document.createElementNS(SVG, 'svg');
  made.setAttribute('class', 'qr');
  made.setAttribute('viewBox', `0 0 ${size} ${size}`);
  const path = document.createElementNS(SVG, 'path');
  let line = '';
  data.forEach((row, y) => row.forEach((dark, x) => { if (dark) line += `M${x} ${y}h1v1h-1z`; }));
  path.setAttribute('d', line);
  path.setAttribute('fill', '#000');
  made.append(path);
  return made;
};

export const startCode = (event, box) => {
  const digits = document.getElementById('code-digits');
  const until = document.getElementById('code-until');
  const bar = document.getElementById('code-bar');
  const qr = document.getElementById('code-qr');
  const none = document.getElementById('code-none');
  let data = null;
  let shown = null;

  const now = () => Date.now() - (data.ahead || 0);
  const present = async (at) => {
    if (data.code.secret) {
      const step = data.code.step_s * 1000;
      return { code: await totp(data.code, at), until: (Math.floor(at / step) + 1) * step };
    }
    const found = data.code.codes.find((one) => Date.parse(one.from) <= at && at < Date.parse(one.until));
    return found ? { code: found.code, until: Date.parse(found.until) } : null;
  };

  const draw = async () => {
    if (!data) return;
    // From here on it comes by itself.
    document.getElementById('code-new').hidden = true;
    const at = now();
    const found = await present(at);
    document.getElementById('code-there').hidden = !found;
    none.hidden = Boolean(found);
    if (!found) return;
    bar.value = Math.max(0, Math.ceil((found.until - at) / 1000));
    bar.hidden = false;
    if (found.code === shown) return;
    shown = found.code;
    digits.textContent = '';
    [found.code.slice(0, 3), found.code.slice(3)].forEach((part) => {
      const one = document.createElement('span');
      one.textContent = part;
      digits.append(one);
    });
    digits.setAttribute('aria-label', box.dataset.digits.replace('0', found.code));
    until.textContent = box.dataset.offline;
    qr.textContent = '';
    qr.append(drawn(`${data.address}#code=${found.code}`));
  };
  setInterval(draw, 1000);

  return async () => {
    data = await store.held(event);
    await draw();
  };
};
