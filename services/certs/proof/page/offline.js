'use strict';
/* The page that checks without a server: by camera, picture, or an address from a hand scanner. */
(() => {
  const book = JSON.parse(document.getElementById('proof-book').textContent);
  const find = (id) => document.getElementById(id);
  const PICTURE_SIDES = [2400, 1600, 1000, 4000]; // pixels; a phone's photo is larger than it needs
  const SCAN_MS = 120;
  let language = chosenLanguage();
  let answer = null;
  let scanning = null;

  function chosenLanguage() {
    const asked = new URLSearchParams(location.search).get('language');
    if (book.words[asked]) return asked;
    const known = (navigator.languages || []).map((one) => one.slice(0, 2));
    return known.find((one) => book.words[one]) || 'ko';
  }

  function speak() {
    const words = book.words[language];
    document.documentElement.lang = language;
    document.title = words.page_title;
    for (const one of document.querySelectorAll('[data-t]')) {
      one.textContent = words[one.dataset.t]
        .replace('%(university)s', book.university[language])
        .replace('%(day)s', book.day);
    }
    for (const one of document.querySelectorAll('[data-language]')) {
      one.hidden = one.dataset.language === language;
    }
    show();
  }

  function show() {
    const place = find('answer');
    place.replaceChildren();
    if (!answer) return;
    place.append(Proof.shown(answer, book, language));
    const caution = place.querySelector('.proof-caution');
    if (caution) caution.append(online(answer.number));
  }

  /** Where the state of this very document is told: signed does not mean not revoked. */
  function online(number) {
    const line = document.createElement('p');
    const link = document.createElement('a');
    link.href = book.base + '/verify/' + number;
    link.textContent = link.href;
    line.append(book.words[language].live, ' ', link);
    return line;
  }

  async function check(text) {
    stop();
    const digits = Proof.digitsIn(text);
    answer = digits ? await Proof.check(digits, book) : { verdict: 'unreadable' };
    const number = Proof.numberIn(text);
    if (answer.number && number && answer.number.replace(/-/g, '') !== number) {
      answer = { ...answer, verdict: 'other' };
    }
    say('');
    find('insecure').hidden = true;
    show();
    find('answer').focus();
    find('answer').scrollIntoView({ block: 'start' });
  }

  function say(word) {
    find('said').textContent = word ? book.words[language][word] : '';
    find('said').hidden = !word;
  }

  // ---- reading codes: by the browser's own reader where it has one, else by jsQR
  async function ownReader() {
    if (!('BarcodeDetector' in window)) return null;
    try {
      const formats = await BarcodeDetector.getSupportedFormats();
      return formats.includes('qr_code') ? new BarcodeDetector({ formats: ['qr_code'] }) : null;
    } catch (error) {
      return null;
    }
  }

  async function textIn(source, width, height, sides, reader) {
    const canvas = document.createElement('canvas');
    const sheet = canvas.getContext('2d', { willReadFrequently: true });
    for (const side of sides) {
      const scale = Math.min(1, side / Math.max(width, height));
      canvas.width = Math.max(1, Math.round(width * scale));
      canvas.height = Math.max(1, Math.round(height * scale));
      sheet.drawImage(source, 0, 0, canvas.width, canvas.height);
      if (reader) {
        const found = await reader.detect(canvas);
        if (found.length) return found[0].rawValue;
      }
      const pixels = sheet.getImageData(0, 0, canvas.width, canvas.height);
      const found = jsQR(pixels.data, pixels.width, pixels.height);
      if (found && found.data) return found.data;
    }
    return null;
  }

  async function scan() {
    if (scanning) return stop();
    const video = find('video');
    try {
      scanning = await navigator.mediaDevices.getUserMedia({
        video: { facingMode: 'environment', width: { ideal: 1920 }, height: { ideal: 1080 } },
      });
    } catch (error) {
      scanning = null;
      return say('no_camera');
    }
    say('');
    video.srcObject = scanning;
    video.hidden = false;
    find('camera').dataset.t = 'stop';
    speak();
    await video.play();
    const reader = await ownReader(), mine = scanning;
    while (scanning === mine) {
      const text = video.videoWidth
        ? await textIn(video, video.videoWidth, video.videoHeight, [1280], reader) : null;
      if (text && scanning === mine) return check(text);
      await new Promise((later) => setTimeout(later, SCAN_MS));
    }
  }

  function stop() {
    if (!scanning) return;
    for (const track of scanning.getTracks()) track.stop();
    scanning = null;
    find('video').hidden = true;
    find('camera').dataset.t = 'camera';
    speak();
  }

  async function look(file) {
    if (!file) return;
    say('reading');
    const url = URL.createObjectURL(file);
    try {
      const picture = new Image();
      picture.src = url;
      await picture.decode();
      const { naturalWidth: width, naturalHeight: height } = picture;
      const text = await textIn(picture, width, height, PICTURE_SIDES, await ownReader());
      if (text) await check(text);
      else say('no_code');
    } catch (error) {
      say('no_picture');
    } finally {
      URL.revokeObjectURL(url);
    }
  }

  for (const one of document.querySelectorAll('[data-language]')) {
    one.addEventListener('click', () => {
      language = one.dataset.language;
      speak();
    });
  }
  find('camera').addEventListener('click', scan);
  find('camera').hidden = !(navigator.mediaDevices && navigator.mediaDevices.getUserMedia);
  find('picture').addEventListener('change', (event) => look(event.target.files[0]));
  find('form').addEventListener('submit', (event) => {
    event.preventDefault();
    check(find('address').value);
  });
  if (!globalThis.crypto || !crypto.subtle) {
    find('insecure').hidden = false;
  }
  const save = find('save');
  if (location.protocol === 'file:') save.hidden = true;
  else if ('serviceWorker' in navigator) {
    navigator.serviceWorker.register(book.worker, { scope: book.scope });
  }
  speak();
  const checkAddress = () => location.hash && check(location.href);
  addEventListener('hashchange', checkAddress);
  checkAddress();
})();
