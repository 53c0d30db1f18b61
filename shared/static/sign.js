'use strict';
/* Sign by drawing: finger, pen, mouse or arrow keys (space puts the pen down and lifts it). Without
   scripts the name is typed, which counts the same. Drawn by signature_pad (MIT, unchanged but for
   its source map's address). */
(() => {
  const box = document.getElementById('signing');
  if (!box || !window.SignaturePad) return;
  const part = (name) => box.querySelector(`[data-${name}]`);
  const canvas = part('canvas'), drawn = part('drawn'), typed = part('typed').querySelector('input');
  const ways = [...box.querySelectorAll('[name=way]')];
  const pad = new window.SignaturePad(canvas, { minWidth: 1.2, maxWidth: 3.4, penColor: 'rgb(16, 24, 64)' });
  const STEP = 8, INK = { penColor: 'rgb(16, 24, 64)', minWidth: 2, maxWidth: 2, dotSize: 2, velocityFilterWeight: 0.7, compositeOperation: 'source-over' };
  let pen = null, size = '';

  /** The canvas as sharp as the screen, with what was drawn; a picture's sides stay below 2000. */
  function fit() {
    const { clientWidth: width, clientHeight: height } = canvas;
    if (!width || size === `${width}x${height}`) return;
    size = `${width}x${height}`;
    const ratio = Math.min(window.devicePixelRatio || 1, 1900 / width), lines = pad.toData();
    canvas.width = width * ratio;
    canvas.height = height * ratio;
    canvas.getContext('2d').scale(ratio, ratio);
    pad.clear();
    if (lines.length) pad.fromData(lines);
    else if (drawn.value) pad.fromDataURL(drawn.value, { ratio, width, height });
  }

  function keep() { drawn.value = pad.isEmpty() ? '' : pad.toDataURL('image/png'); }

  function choose() {
    const draws = ways.find((one) => one.checked).value === 'draw';
    part('draw').hidden = !draws;
    part('typed').hidden = draws;
    typed.disabled = draws;
    drawn.disabled = !draws;
    if (draws) fit();
  }

  function dot() {
    const lines = pad.toData(), point = { x: pen.x, y: pen.y, pressure: 0.5, time: Date.now() };
    if (pen.line) lines[lines.length - 1].points.push(point);
    else lines.push({ ...INK, points: [point] });
    pen.line = true;
    pad.fromData(lines);
    keep();
  }

  const MOVES = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };
  canvas.addEventListener('keydown', (event) => {
    const move = MOVES[event.key];
    if (!move && event.key !== ' ') return;
    event.preventDefault();
    pen = pen || { x: canvas.clientWidth / 4, y: canvas.clientHeight / 2, down: false, line: false };
    if (move) {
      pen.x = Math.min(Math.max(pen.x + move[0] * STEP, 2), canvas.clientWidth - 2);
      pen.y = Math.min(Math.max(pen.y + move[1] * STEP, 2), canvas.clientHeight - 2);
    } else { pen.down = !pen.down; pen.line = false; }
    part('pen').textContent = part('pen').dataset[pen.down ? 'down' : 'up'];
    if (pen.down) dot();
  });
  pad.addEventListener('endStroke', keep);
  part('undo').addEventListener('click', () => { const lines = pad.toData(); lines.pop(); pad.fromData(lines); if (pen) pen.line = false; keep(); });
  part('clear').addEventListener('click', () => { pad.clear(); pen = null; keep(); });
  ways.forEach((one) => one.addEventListener('change', choose));
  window.addEventListener('resize', () => { if (!part('draw').hidden) fit(); });
  part('ways').hidden = false;
  choose();
})();
