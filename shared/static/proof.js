'use strict';
/* Checks the signed facts of a QR code: decimal digits, COSE_Sign1 (RFC 9052), CBOR (RFC 8949),
   ES256 by WebCrypto. No network, no storage. Used by /verify/<number> and /verify/offline.

   `book` is what the server publishes (services/certs/proof/book.py): keys, the names behind the
   codes, what papers and fields are called, and the words, by language. */
const Proof = (() => {
  const NUMBER = 1, KIND = 2, LANGUAGE = 3, ISSUED = 4, REST = 5;
  const CROCKFORD = '0123456789ABCDEFGHJKMNPQRSTVWXYZ';
  const HASH_BYTES = 8;
  const DAY_MS = 86400000;
  const SEOUL_MS = 9 * 3600000;

  /** The digits of a scanned or pasted address (or bare digits), or null. */
  function digitsIn(text) {
    const found = /(?:^|#)([1-9][0-9]{99,})$/.exec(text.replace(/\s+/g, ''));
    return found && found[1];
  }

  /** The document number of an address, in its one spelling, or null. */
  function numberIn(text) {
    const found = /\/verify\/([0-9A-Za-z-]{17,21})/.exec(text);
    return found && found[1].replace(/-/g, '').toUpperCase();
  }

  /** {verdict, kid, number, kind, language, issued, facts, rest}; facts only where signed.
      verdict: signed | changed | unknown_key | leaked | retired | unreadable | insecure */
  async function check(digits, book) {
    let message;
    try {
      message = opened(digits);
    } catch (error) {
      return { verdict: 'unreadable' };
    }
    const key = book.keys.find((one) => one.kid === message.kid);
    if (!key) return { verdict: 'unknown_key', kid: message.kid };
    if (!globalThis.crypto || !crypto.subtle) return { verdict: 'insecure' };
    if (!(await isSigned(message, key))) return { verdict: 'changed', kid: message.kid };
    let told;
    try {
      told = { ...read(message.payload, book), kid: message.kid };
    } catch (error) {
      return { verdict: 'unreadable' };
    }
    if (key.revoked) return { ...told, verdict: 'leaked' };
    const retired = key.until && told.issued > dayOf(Date.parse(key.until) + SEOUL_MS);
    return { ...told, verdict: retired ? 'retired' : 'signed' };
  }

  function opened(digits) {
    const whole = BigInt(digits).toString(16);
    const bytes = fromHex(whole.length % 2 ? '0' + whole : whole);
    if (bytes[0] !== 1) throw Error('head');
    const parts = decoded(bytes.slice(1));
    if (!Array.isArray(parts) || parts.length !== 4) throw Error('parts');
    const [head, open, payload, signature] = parts;
    const algorithm = decoded(head);
    if (algorithm.size !== 1 || algorithm.get(1) !== -7 || signature.length !== 64) {
      throw Error('algorithm');
    }
    return { head, payload, signature, kid: hex(open.get(4)) };
  }

  async function isSigned(message, key) {
    const { crv, kty, x, y } = key;
    const algorithm = { name: 'ECDSA', namedCurve: 'P-256' };
    const made = await crypto.subtle.importKey(
      'jwk', { crv, kty, x, y }, algorithm, false, ['verify']);
    const title = new TextEncoder().encode('Signature1');
    const signed = new Uint8Array([ // Sig_structure (RFC 9052, 4.4)
      0x84, 0x60 + title.length, ...title, ...wrapped(message.head), 0x40,
      ...wrapped(message.payload)]);
    return crypto.subtle.verify({ name: 'ECDSA', hash: 'SHA-256' }, made, message.signature, signed);
  }

  function read(payload, book) {
    const said = decoded(payload);
    const facts = [];
    for (const [code, value] of said) {
      if (typeof code === 'number' && code <= REST) continue;
      const field = typeof code === 'number' ? book.fields[code] || String(code) : code;
      facts.push({ field, value });
    }
    const kind = said.get(KIND);
    return {
      number: spelled(said.get(NUMBER)),
      kind: typeof kind === 'number' ? book.kinds[kind] || String(kind) : kind,
      language: said.get(LANGUAGE),
      issued: dayOf(said.get(ISSUED) * DAY_MS),
      facts,
      rest: said.has(REST),
    };
  }

  /** Eighty bits as Crockford's base 32 with his check symbol, in groups of four. */
  function spelled(bits) {
    const value = BigInt('0x' + hex(bits));
    let text = '';
    for (let shift = 75n; shift >= 0n; shift -= 5n) text += CROCKFORD[Number((value >> shift) & 31n)];
    text += (CROCKFORD + '*~$=U')[Number(value % 37n)];
    return text.match(/.{1,4}/g).join('-');
  }

  function dayOf(ms) {
    return new Date(ms).toISOString().slice(0, 10);
  }

  /** Whether a typed text is the one whose hash stands in the code. */
  async function isHashOf(typed, hash) {
    const text = new TextEncoder().encode(typed.trim().normalize('NFC'));
    const whole = new Uint8Array(await crypto.subtle.digest('SHA-256', text));
    return hex(whole.slice(0, HASH_BYTES)) === hex(hash);
  }

  // ---- CBOR: integers, bytes, texts, lists and maps; anything else is not ours.
  function decoded(bytes) {
    let at = 0;
    const number = (length) => {
      let value = 0;
      while (length--) value = value * 256 + byte();
      return value;
    };
    const byte = () => {
      if (at >= bytes.length) throw Error('short');
      return bytes[at++];
    };
    const take = (length) => {
      if (at + length > bytes.length) throw Error('short');
      at += length;
      return bytes.slice(at - length, at);
    };
    const item = () => {
      const head = byte(), type = head >> 5, low = head & 31;
      if (low > 26) throw Error('length');
      const value = low < 24 ? low : number(1 << (low - 24));
      if (type === 0) return value;
      if (type === 1) return -1 - value;
      if (type === 2) return take(value);
      if (type === 3) return new TextDecoder('utf-8', { fatal: true }).decode(take(value));
      if (type === 4) return Array.from({ length: few(value) }, item);
      if (type === 5) {
        const map = new Map();
        for (let left = few(value); left > 0; left--) {
          const key = item();
          map.set(key, item());
        }
        return map;
      }
      throw Error('type');
    };
    const few = (count) => {
      if (count > bytes.length) throw Error('count');
      return count;
    };
    const whole = item();
    if (at !== bytes.length) throw Error('rest');
    return whole;
  }

  function wrapped(bytes) {
    const size = bytes.length;
    return [...(size < 24 ? [0x40 + size] : [0x58, size]), ...bytes];
  }

  function fromHex(text) {
    return Uint8Array.from(text.match(/../g), (pair) => parseInt(pair, 16));
  }

  function hex(bytes) {
    return Array.from(bytes, (one) => one.toString(16).padStart(2, '0')).join('');
  }

  // ---- what people see
  const LOOKS = {
    signed: ['v-good', 'seal'], changed: ['v-bad', 'torn'], unknown_key: ['v-bad', 'help'],
    leaked: ['v-bad', 'stop'], retired: ['v-bad', 'stop'], unreadable: ['v-warn', 'help'],
    insecure: ['v-warn', 'lock'], other: ['v-bad', 'torn'],
  };

  /** The answer as an element, in words of `language`; `level` of its heading. */
  function shown(answer, book, language, level = 'h2') {
    const words = book.words[language];
    const fill = (text) => text
      .replace('%(university)s', book.university[language])
      .replace('%(kid)s', answer.kid || '')
      .replace('%(day)s', answer.issued || '');
    const whole = element('div', 'stack-l');
    const [tone, look] = LOOKS[answer.verdict];
    const box = element('div', 'verdict ' + tone);
    box.setAttribute('role', answer.verdict === 'signed' ? 'status' : 'alert');
    box.append(icon(look));
    const text = element('div');
    text.append(
      element(level, 'verdict-h', fill(words[answer.verdict])),
      element('p', '', fill(words[answer.verdict + '_words'])));
    box.append(text);
    whole.append(box);
    if (answer.verdict === 'signed' || answer.verdict === 'other') {
      whole.append(facts(answer, book, language, words));
      whole.append(caution(words));
    }
    whole.dataset.verdict = answer.verdict;
    return whole;
  }

  function caution(words) {
    const note = element('div', 'note note-warn');
    const text = element('div', 'proof-caution');
    text.append(element('p', '', words.caution));
    note.append(icon('bang'), text);
    return note;
  }

  function icon(name) {
    return document.querySelector('template[data-icon="' + name + '"]').content.cloneNode(true);
  }

  function facts(answer, book, language, words) {
    const paper = book.papers[answer.kind] || { title: {}, labels: {} };
    const name = paper.title[language] || answer.kind;
    const in_language = words['language_' + answer.language] || answer.language;
    const list = element('dl', 'facts card card-l');
    row(list, words.document, name + ' (' + in_language + ')');
    row(list, words.number, answer.number, 'num');
    row(list, words.issued, answer.issued, 'num');
    for (const fact of answer.facts) {
      const label = (paper.labels[fact.field] || {})[language] || fact.field;
      const told = row(list, label, typeof fact.value === 'string' ? fact.value : '');
      told.lang = answer.language;
      if (fact.value instanceof Uint8Array) told.append(asked(fact, label, language, words));
      else if (Array.isArray(fact.value)) told.append(rows(fact.value, language, words));
    }
    if (answer.rest) row(list, words.rest, words.rest_words);
    return list;
  }

  /** A field to type what was too long for the code; it says at once whether it is the same. */
  function asked(fact, label, language, words) {
    const box = element('span', 'proof-typed');
    const field = element('input');
    field.type = 'text';
    field.setAttribute('aria-label', label + ': ' + words.type_it);
    const said = element('span', 'hint', words.type_it);
    said.lang = language;
    said.setAttribute('role', 'status');
    field.addEventListener('input', async () => {
      const typed = field.value;
      const same = await isHashOf(typed, fact.value);
      if (typed !== field.value) return;
      said.textContent = !typed ? words.type_it : same ? words.same : words.not_same;
      box.dataset.same = String(same);
    });
    box.append(field, said);
    return box;
  }

  function rows(value, language, words) {
    const [count, hash] = value;
    const box = element('span', '', words.rows.replace('%(count)s', count));
    box.lang = language;
    box.append(' ', element('span', 'mono', hex(hash)));
    return box;
  }

  function row(list, label, value, look = '') {
    const told = element('dd', look, value);
    list.append(element('dt', '', label), told);
    return told;
  }

  function element(name, look = '', text = '') {
    const made = document.createElement(name);
    if (look) made.className = look;
    if (text) made.textContent = text;
    return made;
  }

  return { check, digitsIn, numberIn, shown };
})();
