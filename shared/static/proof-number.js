'use strict';
/* The page of a number: checks the facts behind the # of its address, which the server never saw. */
(() => {
  const place = document.getElementById('proof');
  const book = JSON.parse(document.getElementById('proof-book').textContent);

  async function check() {
    if (location.hash.length < 2) return;
    const digits = Proof.digitsIn(location.hash);
    let answer = digits ? await Proof.check(digits, book) : { verdict: 'unreadable' };
    if (answer.number && answer.number !== place.dataset.number) {
      answer = { ...answer, verdict: 'other' };
    }
    place.replaceChildren(Proof.shown(answer, book, document.documentElement.lang));
    place.hidden = false;
    // The other language is another page: take what is behind the # along.
    for (const link of document.querySelectorAll('a[hreflang]')) link.hash = location.hash;
  }

  addEventListener('hashchange', check);
  check();
})();
