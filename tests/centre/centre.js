// An SMPP centre on a free port, scripted: node centre.js PASSWORD [STEP…]
//
// A step a submit, then "good" for ever: good | a command status such as 0x58 | stall (kept, never
// answered) | drop (kept, the connection ends). What it keeps it says as a line of JSON; a line
// "receipt ID STATE" on its standard input becomes a delivery receipt to whoever is bound, and a
// line "ping" is answered when everything before it has been said.
const smpp = require('smpp');
const readline = require('readline');

const [password, ...script] = process.argv.slice(2);
const say = (what) => process.stdout.write(JSON.stringify(what) + '\n');
let count = 0;
let bound = null;

const server = smpp.createServer((session) => {
  session.on('error', () => {});
  session.on('bind_transceiver', (pdu) => {
    const right = pdu.password === password;
    session.send(pdu.response({command_status: right ? 0 : smpp.ESME_RINVPASWD}));
    if (right) bound = session;
  });
  session.on('enquire_link', (pdu) => session.send(pdu.response()));
  session.on('unbind', (pdu) => { session.send(pdu.response()); session.close(); });
  session.on('submit_sm', (pdu) => {
    const step = script.shift() || 'good';
    if (/^0x/.test(step)) return session.send(pdu.response({command_status: Number(step)}));
    const id = `C${++count}`;
    const {message, udh} = pdu.short_message;
    say({
      id, from: pdu.source_addr, to: pdu.destination_addr, text: message, coding: pdu.data_coding,
      head: (udh || []).flatMap((element) => Array.from(element)), receipt: pdu.registered_delivery,
    });
    if (step === 'stall') return undefined;
    if (step === 'drop') return session.socket.destroy();
    return session.send(pdu.response({message_id: id}));
  });
});

readline.createInterface({input: process.stdin}).on('line', (line) => {
  const [word, id, state] = line.split(' ');
  if (word === 'ping') return say({pong: true});
  return bound.deliver_sm({
    esm_class: smpp.ESM_CLASS.MC_DELIVERY_RECEIPT,
    short_message: `id:${id} sub:001 dlvrd:001 submit date:2611281900 done date:2611281901 ` +
      `stat:${state} err:000 text:`,
  }, (pdu) => say({answered: pdu.command_status}));
}).on('close', () => process.exit(0));

server.listen(0, '127.0.0.1', function () { say({port: this.address().port}); });
